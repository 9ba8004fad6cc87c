// Holds the generated dispatch code of MergeableStateOpInterface.
#include "dialects/Common/MergeableState.h"

#include "dialects/Common/MergeableState.cpp.inc"
