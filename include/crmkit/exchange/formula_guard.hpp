/// The guard against formula injection: text that a spreadsheet would compute is made plain text.
#pragma once

#include <string_view>

namespace crmkit::exchange {

/// Whether a spreadsheet may take this cell for a formula, so that a guard puts an apostrophe
/// before it: it begins with = + - @, their full-width forms, tab, CR, LF or NUL (OWASP "CSV
/// Injection", ASVS 5.0 1.2.10).
///
/// Left alone are numbers, also with an exponent or a percent sign, and what begins with + or - and
/// otherwise holds only digits, blanks and . , ( ) / - such as a phone number ("-12.5", "1.5E+10",
/// "+49 30 123456"): it can compute nothing but a number and reach nothing. A cell that is in need
/// of the guard but for apostrophes before it is guarded as well, so that the guard can be undone.
bool needs_guard(std::string_view cell);

/// The cell as it was before the guard: without the apostrophe, if a guard would have put it there.
/// So unguarded(guarded(x)) is x for each x.
std::string_view unguarded(std::string_view cell);

}  // namespace crmkit::exchange
