# cmake -DCOMPILER=… -DINCLUDE_DIRS=a|b -DSOURCE=… -P expect_failure.cmake
# Succeeds when SOURCE fails to compile with a message that matches the regular expression in its
# first line, "// expect: <regex>".
file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: (.+)$")
    message(FATAL_ERROR "${SOURCE}: the first line must be '// expect: <regular expression>'")
endif()
set(expected "${CMAKE_MATCH_1}")

string(REPLACE "|" ";-I" includes "-I${INCLUDE_DIRS}")
set(ENV{LC_ALL} C)
execute_process(
    COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${includes} "${SOURCE}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} compiles, but must not. Expected: ${expected}")
endif()
if(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "${SOURCE} fails to compile, but not with: ${expected}\nIt says:\n${output}")
endif()
