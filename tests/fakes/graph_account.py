"""What Graph says of a number, a page or an account, and of the apps that are subscribed to it."""

from typing import Any, Protocol

from aiohttp import web

from tests.fakes.graph_rules import Refused


class Accounts(Protocol):
    token: str
    objects: dict[str, dict[str, Any]]
    apps: dict[str, list[dict[str, Any]]]
    """Subscribed apps by the id of what they hear of."""


def routes(fake: Accounts) -> list[web.AbstractRouteDef]:
    def known(request: web.Request) -> str:
        if request.headers.get("Authorization") != f"Bearer {fake.token}":
            raise Refused(190, "Error validating access token: Session has expired", status=401, subcode=463)
        id_ = request.match_info["id"]
        if request.match_info["version"] != "v26.0" or id_ not in fake.objects:
            raise Refused(100, f"Object with ID '{id_}' does not exist", subcode=33)
        return id_

    media = getattr(fake, "media_of", None)

    async def about(request: web.Request) -> dict[str, Any]:
        id_, wanted = known(request), request.query.get("fields", "").split(",")
        return {"id": id_, **{key: it for key, it in fake.objects[id_].items() if key in wanted}}

    async def subscribed(request: web.Request) -> dict[str, Any]:
        return {"data": fake.apps.get(known(request), [])}

    async def subscribe(request: web.Request) -> dict[str, Any]:
        fields = request.query.get("subscribed_fields", "")
        fake.apps[known(request)] = [
            {"id": "1", "name": "wargi", "subscribed_fields": fields.split(",") if fields else []}
        ]
        return {"success": True}

    def answering(what: Any) -> Any:
        async def handler(request: web.Request) -> web.Response:
            try:
                return web.json_response(await what(request))
            except Refused as refusal:
                return web.json_response({"error": refusal.error}, status=refusal.status)

        return handler

    async def object_(request: web.Request) -> web.Response:
        """Files have ids like all else."""
        if media is not None and "fields" not in request.query:
            return await media(request)
        return await answering(about)(request)

    return [
        web.get("/{version}/{id}", object_),
        web.get("/{version}/{id}/subscribed_apps", answering(subscribed)),
        web.post("/{version}/{id}/subscribed_apps", answering(subscribe)),
    ]
