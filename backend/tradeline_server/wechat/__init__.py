"""WeChat as a port: Pay APIv3 and the mini-program's server side (ADR 0019)."""
