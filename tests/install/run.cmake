# cmake -DWAY=stage|find_package|pkg_config|add_subdirectory … -P run.cmake: see CMakeLists.txt.
set(prefix "${WORK}/prefix")

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
        ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${output}")
    endif()
endfunction()

# Configures, builds and runs the consumer project; further arguments go to its configuration.
function(build_consumer)
    set(build "${WORK}/${WAY}")
    run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${build}" -G "${GENERATOR}"
        "-DCMAKE_BUILD_TYPE=${CONFIG}"
        "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
        "-DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
        ${ARGN})
    run("${CMAKE_COMMAND}" --build "${build}" --parallel 2)
    run("${CMAKE_CTEST_COMMAND}" --test-dir "${build}" --output-on-failure --no-tests=error)
endfunction()

if(WAY STREQUAL "stage")
    file(REMOVE_RECURSE "${prefix}")
    run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --config "${CONFIG}")

elseif(WAY STREQUAL "find_package")
    build_consumer("-DCMAKE_PREFIX_PATH=${prefix}" "-DWITH_C=${WITH_C}")

elseif(WAY STREQUAL "add_subdirectory")
    build_consumer("-DCRMKIT_SOURCE=${SOURCE}" "-DWITH_C=${WITH_C}"
        "-DCRMKIT_WARNINGS_AS_ERRORS=${WERROR}")
    run("${CMAKE_COMMAND}" --install "${WORK}/${WAY}" --prefix "${WORK}/nothing")
    file(GLOB_RECURSE installed "${WORK}/nothing/*")
    if(installed)
        message(FATAL_ERROR "as a subfolder, crmkit installs files of its own: ${installed}")
    endif()

elseif(WAY STREQUAL "pkg_config")
    file(GLOB_RECURSE pc_file "${prefix}/*/crmkit.pc")
    cmake_path(GET pc_file PARENT_PATH pkgconfig_dir)
    cmake_path(GET pkgconfig_dir PARENT_PATH lib_dir)
    set(ENV{PKG_CONFIG_PATH} "${pkgconfig_dir}")
    set(ENV{LD_LIBRARY_PATH} "${lib_dir}")
    file(MAKE_DIRECTORY "${WORK}/${WAY}")
    function(compile_with_pkg_config package compiler source)
        execute_process(COMMAND pkg-config --cflags --libs ${package}
            OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        set(program "${WORK}/${WAY}/${package}_user")
        run("${compiler}" ${ARGN} "${CMAKE_CURRENT_LIST_DIR}/consumer/${source}" -o "${program}"
            ${flags})
        run("${program}")
    endfunction()
    compile_with_pkg_config(crmkit "${CXX_COMPILER}" engine_user.cpp -std=c++20)
    if(WITH_C)
        compile_with_pkg_config(crmkit_c "${C_COMPILER}" c_user.c -std=c11)
    endif()

else()
    message(FATAL_ERROR "unknown WAY '${WAY}'")
endif()
