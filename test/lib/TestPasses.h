// Declares the registration of the passes that only tests use.
#pragma once

namespace attnc::test {

/// All passes below; their names begin with `test-`.
void registerTestPasses();

void registerAttnMergePass();
void registerSeedBugPass();

} // namespace attnc::test
