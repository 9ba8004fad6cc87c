# attnc_add_library: compiles a model file into a target that C and C++ code links to.
#
#   find_package(attnc REQUIRED)
#   attnc_add_library(my_attention model.mlir OPTIONS -march=x86-64-v4)
#   target_link_libraries(my_program PRIVATE my_attention)
#
# The target is a shared library that needs libc and libm only. Programs that link to it may say
# #include "my_attention.h"; the header declares each function of the model. The library and the
# header are made anew when the model or attnc change. Without -march the code is made for the CPU
# that compiles it.

function(attnc_add_library target model)
  cmake_parse_arguments(ARG "" "" "OPTIONS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "attnc_add_library(${target}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(model ${model} ABSOLUTE)
  if(NOT EXISTS ${model})
    message(FATAL_ERROR "attnc_add_library(${target}): no such model: ${model}")
  endif()

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.attnc)
  set(library ${folder}/${target}.so)
  set(header ${folder}/${target}.h)
  # Its folder is an include directory, which must exist when CMake generates.
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${library} ${header}
    COMMAND attnc::attnc ${model} -o ${library} ${ARG_OPTIONS}
    DEPENDS ${model} attnc::attnc ${ATTNC_RUNTIME_TARGET}
    COMMENT "attnc ${target}.so"
    VERBATIM)
  add_custom_target(${target}-compile DEPENDS ${library} ${header})

  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES "${folder};${ATTNC_ARTIFACT_INCLUDES}")
  add_dependencies(${target} ${target}-compile)
endfunction()
