"""Reports of a day or a month: PDF, CSV and XLSX, all told from one set of figures."""
