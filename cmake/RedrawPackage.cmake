# What others get of redraw: the program with its model, the library with its public headers, and a CMake package.
#
#   redraw::redraw  libredraw.a, for C++ and C: all levels below the command line in one archive. Exporting the levels
#                   would have shown sixteen targets and the order in which they are linked to everybody; one archive
#                   shows none, needs no order, and is the same object files, so it costs a second to make.
#   redraw::c       libredraw.so, where REDRAW_SHARED is ON: the same objects, and nothing visible but redraw/redraw.h.
#
# The folders are fixed (bin, lib, include, share/redraw): program and shared library find share/redraw beside
# themselves, so that an installation may be moved. docs/embedding.md tells how they are used.

get_property(levels GLOBAL PROPERTY REDRAW_LEVELS)
list(REMOVE_ITEM levels cli)
list(TRANSFORM levels REPLACE "(.+)" "$<TARGET_OBJECTS:redraw_\\1>" OUTPUT_VARIABLE level_objects)
get_property(more_objects GLOBAL PROPERTY REDRAW_MORE_OBJECTS)

# The libraries underneath; redrawConfig.cmake.in finds the same ones for others. Of nlohmann-json only headers are used.
find_package(EXPAT REQUIRED)
find_package(fmt REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(JPEG REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(REDRAW_VIPS REQUIRED IMPORTED_TARGET vips)
set(underneath EXPAT::EXPAT fmt::fmt ICU::uc JPEG::JPEG OpenMP::OpenMP_CXX OpenSSL::Crypto PkgConfig::REDRAW_VIPS
               SQLiteCpp ZLIB::ZLIB $<BUILD_INTERFACE:redraw_dnnl> $<INSTALL_INTERFACE:redraw::dnnl>)

add_library(redraw_archive STATIC ${level_objects} ${more_objects})
add_library(redraw::redraw ALIAS redraw_archive)
set_target_properties(redraw_archive PROPERTIES
  OUTPUT_NAME redraw EXPORT_NAME redraw LINKER_LANGUAGE CXX ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
target_link_libraries(redraw_archive PRIVATE ${underneath})
target_include_directories(redraw_archive INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_compile_features(redraw_archive INTERFACE cxx_std_20)
# A program stands anywhere, so it is told where the data are: Engine({.data_folder = REDRAW_DATA_FOLDER}).
target_compile_definitions(redraw_archive INTERFACE
  $<BUILD_INTERFACE:REDRAW_DATA_FOLDER="${PROJECT_SOURCE_DIR}">
  $<INSTALL_INTERFACE:REDRAW_DATA_FOLDER="$<INSTALL_PREFIX>/share/redraw">)

# Linking it costs a second, so that it is made unless it is refused, and the tests have what is installed.
add_library(redraw_shared SHARED ${level_objects} ${more_objects})
set_target_properties(redraw_shared PROPERTIES
  OUTPUT_NAME redraw EXPORT_NAME c LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} VERSION ${PROJECT_VERSION}
  LINK_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/libredraw.map")
target_link_libraries(redraw_shared PRIVATE ${underneath})
# nodelete: threads of OpenMP and libvips go on after a dlclose.
target_link_options(redraw_shared PRIVATE
  "LINKER:--version-script=${CMAKE_CURRENT_LIST_DIR}/libredraw.map" LINKER:--no-undefined LINKER:-z,nodelete)
target_include_directories(redraw_shared INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
if(NOT REDRAW_SHARED)
  set_target_properties(redraw_shared PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

include(CMakePackageConfigHelpers)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/redrawConfig.cmake.in" "${CMAKE_BINARY_DIR}/redrawConfig.cmake"
                              INSTALL_DESTINATION lib/cmake/redraw)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/redrawConfigVersion.cmake" COMPATIBILITY SameMinorVersion)

install(TARGETS redraw RUNTIME DESTINATION bin)
install(TARGETS redraw_archive EXPORT redraw ARCHIVE DESTINATION lib)
if(REDRAW_SHARED)
  install(TARGETS redraw_shared EXPORT redraw LIBRARY DESTINATION lib)
endif()
install(DIRECTORY include/redraw DESTINATION include)
install(EXPORT redraw NAMESPACE redraw:: FILE redrawTargets.cmake DESTINATION lib/cmake/redraw)
install(FILES "${CMAKE_BINARY_DIR}/redrawConfig.cmake" "${CMAKE_BINARY_DIR}/redrawConfigVersion.cmake"
        DESTINATION lib/cmake/redraw)
install(DIRECTORY models/emoji-128 DESTINATION share/redraw/models PATTERN samples EXCLUDE)
# CLIP's vocabulary, where scripts/clip-vocabulary has made it: single files of models need it.
install(DIRECTORY build/clip-vocabulary/ DESTINATION share/redraw/clip-vocabulary OPTIONAL)
