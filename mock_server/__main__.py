"""`python -m mock_server` is `feather-mock`."""

from mock_server.cli import main

if __name__ == "__main__":
    main()
