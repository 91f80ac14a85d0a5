# The library is small enough to be carried along: at most 1.5 MB of machine code in libcrmkit_c. Where
# a call takes its time in the store, or is made once for each file, plan, query text or report, the
# compiler is asked for small code, which is half as large; the way of a record stays fast. What no
# program reaches is left out by the linker.
if(MSVC OR CRMKIT_SANITIZE) # a file with options of its own has no part in a unity build
    return()
endif()
set(crmkit_is_optimised "$<CONFIG:Release,RelWithDebInfo>")
target_compile_options(crmkit PRIVATE -ffunction-sections -fdata-sections
    $<${crmkit_is_optimised}:-O2>)
file(GLOB crmkit_small_sources CONFIGURE_DEPENDS
    src/marketing/*.cpp src/sales/*.cpp src/service/*.cpp
    src/engine/crm.cpp src/engine/customer_360.cpp src/engine/de*.cpp src/engine/engine.cpp
    src/engine/first_data.cpp src/engine/operations.cpp src/engine/snapshot.cpp
    src/engine/status_*.cpp src/engine/timeline.cpp src/engine/undo.cpp src/engine/upsert.cpp
    src/exchange/*plan*.cpp src/exchange/csv_dialect.cpp src/exchange/import_*.cpp
    src/exchange/importer.cpp src/exchange/json_*.cpp src/exchange/operations.cpp
    src/store/map_*.cpp src/store/sql_*.cpp src/store/sqlite_schema.cpp src/store/working_map.cpp)
set_source_files_properties(${crmkit_small_sources} PROPERTIES
    COMPILE_OPTIONS $<${crmkit_is_optimised}:-Os>)
