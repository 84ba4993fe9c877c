"""The bytes of images; the pages of cases are in `workbench`."""
