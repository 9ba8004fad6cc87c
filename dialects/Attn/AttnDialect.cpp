// Registers the attn dialect's ops and attributes.
#include "dialects/Attn/Attn.h"

#include "dialects/Attn/AttnDialect.cpp.inc"

using namespace attnc::attn;

void AttnDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Attn/AttnOps.cpp.inc"
      >();
}
