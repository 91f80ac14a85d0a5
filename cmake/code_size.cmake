# The library is small enough to be carried along: at most 1.5 MB of machine code in libcrmkit_c. Where
# a call takes its time in the store, or is made once for each file, plan, query text or report, the
# compiler is asked for small code, which is half as large; the way of a record stays fast. What no
# program reaches is left out by the linker.

# crmkit_small_code(<file>...): asks for small code in these files of a target of the same folder.
function(crmkit_small_code)
    # A file with options of its own would have no part in the unity build of the sanitizers.
    if(NOT MSVC AND NOT CRMKIT_SANITIZE)
        set_source_files_properties(${ARGN} PROPERTIES
            COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:-Os>)
    endif()
endfunction()

# crmkit_no_larger_than_needed(<target>): of -O3 against -O2, size is what a library like this gets.
function(crmkit_no_larger_than_needed target)
    if(NOT MSVC AND NOT CRMKIT_SANITIZE)
        target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections
            $<$<CONFIG:Release,RelWithDebInfo>:-O2>)
    endif()
endfunction()

crmkit_no_larger_than_needed(crmkit)
file(GLOB crmkit_small_sources CONFIGURE_DEPENDS
    src/marketing/*.cpp src/sales/*.cpp src/service/*.cpp
    src/engine/*_rules.cpp src/engine/crm.cpp src/engine/customer_360.cpp src/engine/de*.cpp
    src/engine/engine.cpp src/engine/first_data.cpp src/engine/index_checks.cpp
    src/engine/operations.cpp src/engine/record_*.cpp src/engine/region.cpp
    src/engine/row_errors.cpp src/engine/schema_document.cpp src/engine/session_queries.cpp
    src/engine/snapshot.cpp src/engine/status_*.cpp src/engine/timeline.cpp
    src/engine/undo.cpp src/engine/upsert.cpp
    src/exchange/*plan*.cpp src/exchange/*references.cpp src/exchange/csv_dialect.cpp
    src/exchange/import_*.cpp src/exchange/importer.cpp src/exchange/json_*.cpp
    src/exchange/operations.cpp src/exchange/reference_finder.cpp src/exchange/transforms.cpp
    src/store/map_*.cpp src/store/sql_*.cpp src/store/sqlite_schema.cpp src/store/working_map.cpp)
crmkit_small_code(${crmkit_small_sources})
