/// CSV, whole: reading (`CsvReader`), writing (`CsvWriter`) and dialects (`CsvDialect`).
#pragma once

#include "crmkit/exchange/csv_dialect.hpp"
#include "crmkit/exchange/csv_reader.hpp"
#include "crmkit/exchange/csv_writer.hpp"
