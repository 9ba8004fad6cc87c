// Turns the words of a text into key and value codes: vectors of +1 and -1 drawn from the word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace needle {

constexpr int64_t kCodeSize = 128;
/// Entries of the table of value codes that an output is decoded with.
constexpr int64_t kValueTableSize = 4096;

/// A token of the haystack: what it is found by, and which entry of the value table it carries.
struct Token {
  uint64_t key;
  int64_t value;
};

/// The token of the needle, and that of the question which ends every haystack. No word of a text
/// has their keys or values.
Token needleToken();
Token questionToken();

/// The words of `text` (letters and digits, in lower case) as tokens; equal words are equal tokens.
std::vector<Token> readTokens(const std::string &text);

/// Writes the kCodeSize numbers of a key, or of an entry of the value table.
void writeKeyCode(uint64_t key, float *code);
void writeValueCode(int64_t value, float *code);

/// The entry of the value table that is nearest to `vector` by inner product.
int64_t decodeValue(const float *vector);

} // namespace needle
