// Words to codes and back: hashing, random signs, nearest entry of the value table.
#include "codes.h"

#include <cctype>

namespace needle {
namespace {

/// Values 0 and 1 belong to the needle and the question.
constexpr int64_t kFirstWordValue = 2;

/// The generator SplitMix64: each call gives the next 64 random bits.
uint64_t nextBits(uint64_t &state) {
  state += 0x9e3779b97f4a7c15u;
  uint64_t bits = state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

void writeSigns(uint64_t seed, float *code) {
  for (int64_t i = 0; i < kCodeSize; i += 64) {
    uint64_t bits = nextBits(seed);
    for (int64_t bit = 0; bit < 64; ++bit)
      code[i + bit] = (bits >> bit) & 1 ? 1.0f : -1.0f;
  }
}

/// The hash FNV-1a. Words hold only letters and digits, so the names of the needle and the
/// question, which hold a blank, are no words.
Token makeToken(const std::string &word, int64_t value) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : word)
    hash = (hash ^ c) * 0x100000001b3u;
  if (value < 0)
    value = kFirstWordValue + int64_t(hash % uint64_t(kValueTableSize - kFirstWordValue));
  return {hash, value};
}

} // namespace

Token needleToken() { return makeToken("the needle", 0); }
Token questionToken() { return makeToken("the question", 1); }

std::vector<Token> readTokens(const std::string &text) {
  std::vector<Token> tokens;
  std::string word;
  for (char c : text + "\n") {
    // Bytes of UTF-8 letters beyond ASCII are kept as they are.
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte)) {
      word += byte >= 0x80 ? c : static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      tokens.push_back(makeToken(word, -1));
      word.clear();
    }
  }
  return tokens;
}

void writeKeyCode(uint64_t key, float *code) { writeSigns(key, code); }

void writeValueCode(int64_t value, float *code) {
  // Another stream than that of the keys: a key and a value never share their signs.
  writeSigns(~uint64_t(value), code);
}

int64_t decodeValue(const float *vector) {
  int64_t best = 0;
  float bestProduct = 0;
  for (int64_t value = 0; value < kValueTableSize; ++value) {
    float code[kCodeSize];
    writeValueCode(value, code);
    float product = 0;
    for (int64_t i = 0; i < kCodeSize; ++i)
      product += vector[i] * code[i];
    if (value == 0 || product > bestProduct) {
      best = value;
      bestProduct = product;
    }
  }
  return best;
}

} // namespace needle
