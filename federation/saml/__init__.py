"""SAML 2.0: messages by pysaml2's classes, XML by ``federation.xml``. Imported late, because the classes are large."""
