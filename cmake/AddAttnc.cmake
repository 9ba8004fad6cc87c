# The only file that knows MLIR's CMake: finds LLVM/MLIR/LLD 22 and wraps their functions as add_attnc_*.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF) # -fPIC for all instead: PCH and tools must agree
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Debian's LLVM is built without assertions and llvm::Statistic differs in size otherwise,
# so every build type of ours defines NDEBUG; the sanitizer preset is the debug build.
add_compile_definitions(NDEBUG)

set(ATTNC_LLVM_PREFIX /usr/lib/llvm-22 CACHE PATH "Where LLVM/MLIR/LLD 22 are installed")
list(APPEND CMAKE_PREFIX_PATH ${ATTNC_LLVM_PREFIX})
find_package(MLIR REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "attnc needs LLVM 22, found ${LLVM_VERSION} in ${LLVM_DIR}")
endif()
if(NOT LLVM_LINK_LLVM_DYLIB AND NOT TARGET LLVM)
  message(FATAL_ERROR "attnc links the shared libLLVM and libMLIR; this LLVM has only static archives.")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(LLVM_LINK_LLVM_DYLIB ON)
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_EXTERNAL_LIT ${LLVM_TOOLS_BINARY_DIR}/lit CACHE FILEPATH "" FORCE)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# Debian's Python first: the packages that ensure-deps.sh installs (psutil, NumPy) belong to it.
find_program(Python3_EXECUTABLE python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

find_path(ATTNC_DLPACK_INCLUDE dlpack/dlpack.h REQUIRED DOC "Folder that holds dlpack/dlpack.h")

# LLVM's shared libraries live outside the loader's path; installed tools must find them, too.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

find_program(ATTNC_CCACHE ccache)
if(ATTNC_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${ATTNC_CCACHE})
  # A precompiled header is only cacheable with these; see "Precompiled headers" in ccache's manual.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${ATTNC_CCACHE})
endif()
# The lld of LLVM 22, not whichever /usr/bin/ld.lld happens to be.
add_link_options(-B${LLVM_TOOLS_BINARY_DIR} -fuse-ld=lld)

add_compile_options(-fPIC -Wall -Wextra -Wno-unused-parameter)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-comment> $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
                    ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${LLVM_DEFINITIONS_LIST})

# Sanitizers see only our code: LLVM's and MLIR's shared libraries are not instrumented, which is
# why vptr (needs RTTI of both sides) and container-overflow (mixed std::vector) stay off.
set(ATTNC_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize= (preset asan)")
if(ATTNC_SANITIZE)
  add_compile_options(-fsanitize=${ATTNC_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${ATTNC_SANITIZE})
endif()

# One precompiled header for everything that includes MLIR: the headers are where the time goes.
set(ATTNC_PCH_SOURCE ${PROJECT_BINARY_DIR}/AttncPCH.cpp)
file(CONFIGURE OUTPUT ${ATTNC_PCH_SOURCE} CONTENT "// Anchor of the shared precompiled header.\n")
add_library(AttncPCH OBJECT ${ATTNC_PCH_SOURCE})
target_precompile_headers(AttncPCH PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)
target_compile_options(AttncPCH PRIVATE -Winvalid-pch)

# add_attnc_library(Name src... [LINK other attnc libraries] [DEPENDS tablegen targets])
# A static library of compiler code; MLIR and LLVM come from the shared libraries.
function(add_attnc_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_precompile_headers(${name} REUSE_FROM AttncPCH)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  add_dependencies(${name} AttncPCH attnc-tablegen ${ARG_DEPENDS})
endfunction()

# add_attnc_tool(name src... [LINK attnc libraries]): an executable in <build>/bin.
function(add_attnc_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_precompile_headers(${name} REUSE_FROM AttncPCH)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  add_dependencies(${name} AttncPCH attnc-tablegen)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} EXPORT attncTargets RUNTIME DESTINATION bin)
  add_dependencies(attnc-test-depends ${name})
endfunction()

# Everything that the tests run hangs on this target; check-attnc builds it. A tool that is not made
# by add_attnc_tool joins with add_dependencies(attnc-test-depends <target>).
add_custom_target(attnc-test-depends)

# add_attnc_unittest(<Name>Tests src... [LINK libraries]): a GoogleTest binary that lit finds in
# <build>/test/Unit. Links gtest with its main, and nothing of MLIR unless LINK brings it.
function(add_attnc_unittest name)
  if(NOT name MATCHES "Tests$")
    message(FATAL_ERROR "add_attnc_unittest: lit finds names that end in Tests, got ${name}")
  endif()
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main)
  add_dependencies(${name} attnc-tablegen)
  set_target_properties(${name} PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test/Unit)
  add_dependencies(attnc-test-depends ${name})
endfunction()

# attnc_tablegen(<td file> <target> <output> <generator flags>...): the flags and outputs alternate.
# Every generated file hangs on the one target attnc-tablegen, so that libraries need name none.
add_custom_target(attnc-tablegen)
function(attnc_tablegen td target)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(rest ${ARGN})
  while(rest)
    list(POP_FRONT rest output flags)
    separate_arguments(flags)
    mlir_tablegen(${output} ${flags})
  endwhile()
  add_public_tablegen_target(${target})
  add_dependencies(attnc-tablegen ${target})
endfunction()
