"""One test for each of Connexion's extension points that the mock leans on: an upgrade that breaks one says which."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest
from connexion.exceptions import NonConformingResponseBody, OAuthProblem
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware import ConnexionMiddleware
from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.main import API
from connexion.middleware.security import SecurityMiddleware
from connexion.security import NO_VALUE, SecurityHandlerFactory
from starlette.types import Receive, Scope, Send

from mock_server.application import Endpoint, Mock, build
from mock_server.document.soundness import load_document
from mock_server.document.specification import Operation, Specification
from mock_server.handlers import Handlers
from mock_server.layers import Errors, ResponseValidation, Routing, Validation
from mock_server.request.bodies import BODY, ResponseBody, parser, validator_map
from mock_server.request.parameters import VALUES, Parameters
from mock_server.response.answers import Answer
from mock_server.response.delivery import Delivery
from mock_server.response.problems import Refusal
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY

SHOP = Path(__file__).parent / "documents" / "shop.yaml"
PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"


def test_a_ready_specification_can_be_handed_in() -> None:
    """`ConnexionMiddleware.apis` takes an `API`, whose keywords are the fields of `options`."""
    specification = Specification(load_document(SHOP), "/v3")
    stack = ConnexionMiddleware(Answering(), middlewares=[ExceptionMiddleware, Routing], resolver=Handlers({}))
    stack.apis.append(API(specification, base_path="/v3", **stack.options.__dict__))
    assert call(stack, "/v3/pets/mine").body == b"GET /pets/mine"


def test_the_specification_makes_its_own_operations() -> None:
    """`operation_cls` of a specification is what each middleware builds from, with `from_spec`."""
    operation = Specification(load_document(SHOP), "").operation_cls.from_spec(
        Specification(load_document(SHOP), ""), path="/search", method="get", resolver=Handlers({})
    )
    assert isinstance(operation, Operation)
    assert isinstance(operation.parameters, Parameters)
    assert operation.get_path_parameter_types() == {}


def test_building_the_stack_leaves_the_document_as_it_is(mock: Mock) -> None:
    before = repr(load_document(mock.settings.document).data)
    call(mock, VALID)
    assert repr(mock.document.data) == before


def test_an_operation_without_an_id_is_found_by_the_one_that_the_resolver_gives() -> None:
    """`Resolution.operation_id` becomes the key by which security and validation find the operation."""
    stack = ConnexionMiddleware(Answering(), middlewares=[Routing, SecurityMiddleware], resolver=Handlers({}))
    stack.apis.append(API(Specification(load_document(SHOP), ""), base_path="", **stack.options.__dict__))
    assert call(stack, "/open").body == b"GET /open"
    with pytest.raises(OAuthProblem):
        call(stack, "/pets/7")


def test_the_security_map_gives_each_scheme_its_check() -> None:
    """`parse_security_scheme` makes the map's value without arguments, and asks its `get_fn`."""
    asked: list[dict[str, Any]] = []

    class Scheme:
        def get_fn(self, security_scheme: dict[str, Any], _required_scopes: list[str]) -> Any:
            asked.append(security_scheme)
            return lambda _request: NO_VALUE

    factory = SecurityHandlerFactory(dict.fromkeys(("apiKey", "bearer", "oauth2", "mutualTLS"), Scheme))
    schemes = [{"type": "apiKey", "in": "query", "name": "k"}, {"type": "http", "scheme": "Bearer"}]
    schemes += [{"type": "oauth2", "flows": {}}, {"type": "mutualTLS"}]
    for scheme in schemes:
        assert factory.parse_security_scheme(scheme, [])(None) is NO_VALUE
    assert asked == schemes


def test_the_most_specific_refusal_of_alternative_keys_is_raised(mock: Mock) -> None:
    """`verify_security` ranks what the checks raise by `status`, and raises the exception itself."""
    assert "is not one that this mock accepts" in call(mock, VALID, headers={"x-api-key": "no"}).json()["message"]


def test_the_parameter_validator_may_be_any_factory() -> None:
    """`validator_map["parameter"]` is called with the parameters, and the result's `validate` with the scope."""
    parameters = Parameters([], [], {}, None, waits_for_body=False)  # type: ignore[arg-type]  # not asked for
    assert validator_map()["parameter"](parameters, uri_parser=None, strict_validation=False) is parameters
    assert parser(parameters, {}) is parameters


def test_the_uri_parser_is_the_one_that_was_given() -> None:
    """Connexion's own fails on `anyOf`, as this document's `mode` has it: a KeyError would come."""
    assert build(Settings()).options.uri_parser_class is parser


def test_validated_values_reach_the_handler() -> None:
    seen: list[Any] = []

    def handler(scope: Scope) -> Answer:
        seen.append((scope[VALUES], scope.get(BODY)))
        return Answer(b"{}")

    application = _only(Handlers({("get", "/pets/{petId}"): handler, ("put", "/trees"): handler}))
    call(application, "/pets/7")
    call(application, "/trees", method="PUT", headers={"content-type": "application/json"}, body=b'{"a":[1]}')
    assert seen == [({"path": {"petId": "7"}}, None), ({}, {"a": [1]})]


def test_the_body_is_there_to_be_read_again() -> None:
    """What `wrap_receive` gives back is what the next layer reads."""
    read: list[bytes] = []

    class Reader:
        async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
            read.append((await receive())["body"])
            await Answer().send(send)

    stack = _stack(Reader(), [Routing, Validation], Handlers({}))
    call(stack, "/trees", method="PUT", headers={"content-type": "application/json"}, body=b"[1]")
    assert read == [b"[1]"]


def test_a_response_is_held_back_until_it_is_known_to_be_right() -> None:
    """`validator_map["response"]` is made with the scope and the schema, and wraps `send`."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    schema = Specification(load_document(SHOP), "").get_operation("/wrong", "get")["responses"]["200"]
    validator = ResponseBody(
        {"method": "GET"}, schema=schema["content"]["application/json"]["schema"], encoding="utf-8"
    )

    async def answer() -> None:
        await Answer(b'{"name":""}').send(validator.wrap_send(send))

    with pytest.raises(NonConformingResponseBody, match="name"):
        asyncio.run(answer())
    assert sent == []


def test_error_handlers_may_be_async_methods_and_see_every_error(mock: Mock) -> None:
    """An async handler is awaited in place; a plain one would go to a thread for each request."""
    handlers = dict(mock.error_handlers)
    assert all(asyncio.iscoroutinefunction(handler) for handler in handlers.values())
    assert Exception in handlers


@pytest.mark.parametrize("begun", [False, True])
def test_an_error_before_the_body_is_answered_by_the_handler_for_it(begun: bool) -> None:
    """`ExceptionMiddleware` renders what the application that it was made with raises."""

    async def fails(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("gone")

    async def respond(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        return ConnexionResponse(status_code=500, body=repr(error))

    errors = Errors(fails)
    errors.add_exception_handler(KeyError, respond)
    reply = call(Delivery(errors), "/")
    assert (reply.status, reply.body) == (500, b"KeyError('gone')")


@pytest.mark.parametrize(("key", "query"), [("wrong", VALID), (None, VALID), (KEY, VALID.replace("06-07", "02-30"))])
def test_a_refusal_is_gone_once_it_was_answered(key: str | None, query: str) -> None:
    """The collector has nothing to find: an error that a frame of its own traceback holds would wait for it."""
    mock = build(Settings(api_keys=(ApiKey("test", KEY),)))
    gc.disable()
    try:
        assert call(mock, query, headers={"x-api-key": key} if key else {}).status >= 400
        assert [each for each in gc.get_objects() if isinstance(each, Refusal | OAuthProblem)] == []
    finally:
        gc.enable()


def test_the_routing_layer_says_which_operation_it_found() -> None:
    stack = ConnexionMiddleware(Answering(), middlewares=[Routing], resolver=Handlers({}))
    stack.apis.append(API(Specification(load_document(SHOP), ""), base_path="", **stack.options.__dict__))
    assert call(stack, "/trees", method="POST").body == b"POST /trees"
    assert call(stack, "/nothing").body == b"None"


@pytest.mark.parametrize("validate", [False, True])
def test_each_layer_runs_on_every_request(validate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is answered in front of routing, security and validation: each is asked for each request."""
    mock = build(Settings(api_keys=(ApiKey("test", KEY),), validate_responses=validate))
    call(mock, VALID)
    layers = [Routing, SecurityMiddleware, Validation, *([ResponseValidation] if validate else [])]
    ran: list[type] = []
    for layer in mock.middleware_stack or ():
        for kind in layers:
            if isinstance(layer, kind):
                _count(layer, kind, ran, monkeypatch)
    for _ in range(3):
        assert call(mock, VALID, headers={"x-api-key": KEY}).status == 200
    assert {kind: ran.count(kind) for kind in layers} == dict.fromkeys(layers, 3)


def _count(layer: Any, kind: type, ran: list[type], monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the calls of one layer, by its operations: the instances of `kind` are what the stack calls."""
    original = layer.app

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        ran.append(kind)
        await original(scope, receive, send)

    if isinstance(layer, RoutedMiddleware):
        for apis in layer.apis.values():
            for api in apis:
                for operation in api.operations.values():
                    monkeypatch.setattr(operation, "next_app", counting)
    else:
        for route in layer.router.routes:
            monkeypatch.setattr(route.endpoint, "next_app", counting)


class Answering:
    """Answers with the id of the operation that was found."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        found = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
        await Answer(str(found).encode()).send(send)


def _stack(innermost: Any, layers: list[Any], handlers: Handlers) -> ConnexionMiddleware:
    stack = ConnexionMiddleware(
        innermost,
        middlewares=layers,
        resolver=handlers,
        uri_parser_class=parser,
        validator_map=validator_map(),
    )
    stack.apis.append(API(Specification(load_document(SHOP), ""), base_path="", **stack.options.__dict__))
    return stack


def _only(handlers: Handlers) -> ConnexionMiddleware:
    return _stack(Endpoint(handlers, None), [Routing, Validation], handlers)  # type: ignore[arg-type]  # no page is asked for
