"""How the documentation is built."""

import cartesia_async

project = "cartesia_async"
author = "The cartesia_async authors"
release = cartesia_async.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
exclude_patterns = ["_build"]
default_role = "any"
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
myst_heading_anchors = 2
nitpick_ignore_regex = [("py:.*", ".*")]
suppress_warnings = ["ref.any"]
