"""Reports of a day or more: PDF, CSV and XLSX, all told from one set of figures."""
