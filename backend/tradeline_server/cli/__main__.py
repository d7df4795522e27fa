"""`python -m tradeline_server.cli`, which works from a folder with spaces in its name as well."""

from tradeline_server.cli import main

if __name__ == "__main__":
    main()
