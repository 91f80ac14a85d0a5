# The library is small enough to be carried along: at most 1.5 MB of machine code in libcrmkit_c. Where
# a call takes its time in the store, or is made once for each file, plan, query text or report, the
# compiler is asked for small code, which is half as large. What no program reaches is left out by
# the linker.

# crmkit_compile_with(<option> <file>...): -Os or -O3 for these files of a target of the same folder.
function(crmkit_compile_with option)
    # A file with options of its own would have no part in the unity build of the sanitizers.
    if(NOT MSVC AND NOT CRMKIT_SANITIZE)
        set_source_files_properties(${ARGN} PROPERTIES
            COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:${option}>)
    endif()
endfunction()

# crmkit_no_larger_than_needed(<target>): asks for -O2, of which -O3 makes more code and hardly faster.
# Nobody puts a function of their own in place of one of the library's, so that these may be inlined.
function(crmkit_no_larger_than_needed target)
    if(NOT MSVC AND NOT CRMKIT_SANITIZE)
        target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections
            -fno-semantic-interposition
            $<$<CONFIG:Release,RelWithDebInfo>:-O2>)
    endif()
endfunction()

crmkit_no_larger_than_needed(crmkit)
file(GLOB crmkit_small_sources CONFIGURE_DEPENDS src/*/*.cpp)
# The way of a record: into the store, out of it, and from and to a file.
file(GLOB crmkit_fast_sources CONFIGURE_DEPENDS
    src/engine/changed_values.cpp src/engine/history_chain.cpp src/engine/patch.cpp
    src/engine/references.cpp src/engine/session.cpp src/engine/session_state.cpp
    src/engine/write_path.cpp
    src/exchange/arrow_column.cpp src/exchange/column_source.cpp
    src/exchange/csv_row_writer.cpp src/exchange/csv_scanner.cpp src/exchange/csv_writer.cpp
    src/exchange/encoding.cpp src/exchange/formula_guard.cpp src/exchange/number_text.cpp
    src/exchange/row_importer*.cpp src/exchange/text_buffer.cpp
    src/store/gathered_log.cpp
    src/store/sqlite_connection.cpp src/store/sqlite_functions.cpp src/store/sqlite_history.cpp
    src/store/sqlite_query.cpp src/store/sqlite_row.cpp src/store/sqlite_storage.cpp)
list(REMOVE_ITEM crmkit_small_sources ${crmkit_fast_sources})
crmkit_compile_with(-Os ${crmkit_small_sources})
# What is done with each cell is so little that calls are a good part of it.
crmkit_compile_with(-O3 src/exchange/csv_writer.cpp)
