"""The promises as pytest's tests, one item each, named by its id; `contract_tests.plugin` collects them."""
