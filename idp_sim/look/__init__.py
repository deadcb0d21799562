"""The look of the pages for people that are no sign-in pages: frame, style, scripts. Pure; knows no tenant."""
