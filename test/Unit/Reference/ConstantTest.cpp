// Constants in all the forms that modules hold them in.
#include "Model.h"

using namespace attnc::reference;

using Numbers = std::vector<double>;

/// The elements of a float constant of two elements.
static Numbers getElements(const std::string &constant, const std::string &type,
                           const std::string &resources = "") {
  Model model("func.func @main() -> tensor<2x" + type + "> {\n  %c = arith.constant " + constant +
              " : tensor<2x" + type + ">\n  return %c : tensor<2x" + type + ">\n}\n" + resources);
  auto outputs = model.run({});
  if (outputs.empty()) {
    ADD_FAILURE() << model.errors;
    return {};
  }
  return getReals(outputs[0].value);
}

TEST(Constant, DenseFloats) {
  for (const char *type : {"f16", "bf16", "f32", "f64"}) {
    EXPECT_EQ(getElements("dense<[1.5, -2.0]>", type), (Numbers{1.5, -2}));
    EXPECT_EQ(getElements("dense<0.25>", type), (Numbers{0.25, 0.25}));
  }
  EXPECT_EQ(getElements("dense<\"0x0000803F00000040\">", "f32"), (Numbers{1, 2}));
}

TEST(Constant, Resources) {
  const std::string resources =
      "{-# dialect_resources: { builtin: { w: \"0x040000000000803F00000040\" } } #-}";
  EXPECT_EQ(getElements("dense_resource<w>", "f32", resources), (Numbers{1, 2}));
  Model model("func.func @main() -> tensor<3xf32> {\n  %c = arith.constant dense_resource<w> : "
              "tensor<3xf32>\n  return %c : tensor<3xf32>\n}\n" +
              resources);
  EXPECT_TRUE(model.run({}).empty());
  EXPECT_EQ(model.errors, "bytes of dense_resource: wanted 12, got 8");
}
