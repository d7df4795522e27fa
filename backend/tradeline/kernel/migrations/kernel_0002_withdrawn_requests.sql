-- Requests that are done together are claimed together; those of them that are refused give their
-- claims back in the same unit of work, so that they may come again.

GRANT DELETE ON kernel.request TO tradeline_app;
