// Registers the passes that only tests use.
#include "TestPasses.h"

void attnc::test::registerTestPasses() {
  registerAttnMergePass();
  registerSeedBugPass();
}
