# One static library a level, each with an include folder of its own that holds nothing but that level:
# "ops/conv2d.h" can only be included by a target that names ops, directly or through what it names, in DEPENDS.
# So an include that points up, or sideways, does not build. scripts/check-includes reads the lines as well.

find_package(GTest REQUIRED)

# redraw_level(ops SOURCES a.cpp b.cpp DEPENDS tensor [LINK dnnl] [LIGHT])
# LIGHT: a level that computes nothing. At -Og it compiles in 60 % of the time; under the sanitizers, at -O0, in 40 %.
function(redraw_level level)
  cmake_parse_arguments(ARG "LIGHT" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  set(root "${CMAKE_BINARY_DIR}/levels/${level}")
  file(MAKE_DIRECTORY "${root}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/${level}" "${root}/${level}" SYMBOLIC)
  add_library(redraw_${level} STATIC ${ARG_SOURCES})
  set_property(GLOBAL APPEND PROPERTY REDRAW_LEVELS ${level})  # for RedrawPackage.cmake
  target_include_directories(redraw_${level} PUBLIC "${root}")
  foreach(lower ${ARG_DEPENDS})
    target_link_libraries(redraw_${level} PUBLIC redraw_${lower})
  endforeach()
  target_link_libraries(redraw_${level} PRIVATE redraw_options ${ARG_LINK})
  if(ARG_LIGHT)
    target_compile_options(redraw_${level} PRIVATE $<IF:$<BOOL:${REDRAW_SANITIZE}>,-O0,-Og>)
  endif()
  # Several files are compiled as one: most of the time goes into headers and into templates of theirs, which files of a
  # level share. Small enough lots that an edit is compiled in seconds. docs/testing.md has the times.
  set_target_properties(redraw_${level} PROPERTIES UNITY_BUILD ${REDRAW_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# redraw_test(ops conv2d_test.cpp attention_test.cpp [DEPENDS weights] [LINK extra] [SMALL])
# One test program a level, named <level>_test, and a test of that name. SMALL: many small files, compiled several at
# once as the level's own are.
function(redraw_test level)
  cmake_parse_arguments(ARG "SMALL" "" "DEPENDS;LINK" ${ARGN})
  if(NOT REDRAW_TESTS)
    return()
  endif()
  add_executable(${level}_test ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${level}_test PRIVATE redraw_test_options ${ARG_LINK})
  if(ARG_SMALL)
    set_target_properties(${level}_test PROPERTIES UNITY_BUILD ${REDRAW_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  endif()
  foreach(other ${level} ${ARG_DEPENDS})
    if(TARGET redraw_${other})
      target_link_libraries(${level}_test PRIVATE redraw_${other})
    endif()
  endforeach()
  target_include_directories(${level}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")  # for support/
  target_compile_definitions(${level}_test PRIVATE REDRAW_SOURCE_DIR="${PROJECT_SOURCE_DIR}" REDRAW_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${level} COMMAND ${level}_test WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  # As src/cli/main.cpp does for the program: threads that spin take minutes on a busy machine.
  set_tests_properties(${level} PROPERTIES ENVIRONMENT "GOMP_SPINCOUNT=1000")
endfunction()

# redraw_fuzz(safetensors safetensors_fuzz.cpp DEPENDS weights): a libFuzzer program, with clang only. The levels it names
# count what they ran; others would only be slower for it.
function(redraw_fuzz name source)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  if(NOT REDRAW_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${source})
  target_link_libraries(fuzz_${name} PRIVATE redraw_options -fsanitize=fuzzer)
  foreach(lower ${ARG_DEPENDS})
    target_link_libraries(fuzz_${name} PRIVATE redraw_${lower})
    target_compile_options(redraw_${lower} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
endfunction()
