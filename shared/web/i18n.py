"""Which language this request speaks: the first one the browser asks for that there is."""

from flask import Flask, request

from shared import rendering


def mount_languages(app: Flask) -> None:
    """Speak the visitor's language during each request, and furnish the templates with it."""
    rendering.furnish(app.jinja_env)

    @app.before_request
    def speak() -> None:
        rendering.speak(rendering.choose_locale(request.accept_languages.values()))
