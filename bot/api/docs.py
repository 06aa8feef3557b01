"""The description as a page, from files that are installed here: nothing is loaded from elsewhere."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def serve_docs(api: FastAPI) -> None:
    """Put the page at /docs, with its files below it."""
    api.mount("/docs/files", StaticFiles(directory=str(files("fastapi_offline") / "static")))

    @api.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """The page."""
        page = get_swagger_ui_html(
            openapi_url="openapi.json",
            title=api.title,
            swagger_js_url="docs/files/swagger-ui-bundle.js",
            swagger_css_url="docs/files/swagger-ui.css",
            swagger_favicon_url="data:,",
            swagger_ui_parameters={
                "defaultModelsExpandDepth": 0,
                "displayRequestDuration": True,
                "persistAuthorization": False,
            },
        )
        page.headers["Content-Security-Policy"] = _POLICY
        page.headers["X-Content-Type-Options"] = "nosniff"
        page.headers["Referrer-Policy"] = "no-referrer"
        return page
