# cmake -DPROGRAM=… -DFOLDER=… -DEXPECTED=… -P run.cmake: runs the program in an empty folder and
# compares what it prints.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
execute_process(COMMAND "${PROGRAM}" WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE printed
    ERROR_VARIABLE errors RESULT_VARIABLE result)
file(READ "${EXPECTED}" expected)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "the program ended with ${result}:\n${printed}${errors}")
endif()
if(NOT "${printed}" STREQUAL "${expected}")
    message(FATAL_ERROR "the document says:\n${expected}\nthe program printed:\n${printed}")
endif()
