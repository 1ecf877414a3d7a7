"""Flask, shared by both faces: the application, its safety, its forms, its error pages and its look."""
