# Install rules: find_package(crmkit CONFIG) and pkg-config. Only when crmkit is the top project.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(crmkit_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/crmkit")
set(crmkit_pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
set(crmkit_installed crmkit_model crmkit)
if(TARGET crmkit_c)
    list(APPEND crmkit_installed crmkit_c)
endif()

install(TARGETS ${crmkit_installed} EXPORT crmkit-targets FILE_SET HEADERS)
install(EXPORT crmkit-targets NAMESPACE crmkit:: DESTINATION ${crmkit_package_dir})
configure_package_config_file(cmake/crmkit-config.cmake.in crmkit-config.cmake
    INSTALL_DESTINATION ${crmkit_package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break the C++ interface.
write_basic_package_version_file(crmkit-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/crmkit-config.cmake
    ${PROJECT_BINARY_DIR}/crmkit-config-version.cmake
    cmake/Findutf8proc.cmake
    DESTINATION ${crmkit_package_dir})

# The .pc files find their prefix from where they lie, so an installed tree can be moved.
file(RELATIVE_PATH crmkit_pc_prefix "/${crmkit_pkgconfig_dir}" "/")
string(REGEX REPLACE "/$" "" crmkit_pc_prefix "${crmkit_pc_prefix}")
configure_file(cmake/crmkit.pc.in crmkit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/crmkit.pc DESTINATION ${crmkit_pkgconfig_dir})
if(TARGET crmkit_c)
    configure_file(cmake/crmkit_c.pc.in crmkit_c.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/crmkit_c.pc DESTINATION ${crmkit_pkgconfig_dir})
endif()
