// The scan in front of MLIR's parser: one pass over the tokens of a model text, no recursion.
#include "attnc/Driver/Limits.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace attnc;
using llvm::StringRef;
using llvm::Twine;

namespace {

/// One `#name = ...` or `!name = ...` definition.
struct Alias {
  /// Bytes of the definition with the aliases in it written out.
  uint64_t expandedBytes = 0;
  unsigned nesting = 0;
};

/// Uses of a name before its definition, which MLIR allows for locations.
struct PendingUse {
  uint64_t count = 0;
  unsigned nesting = 0;
  size_t offset = 0;
};

struct OpenBracket {
  char kind;
  size_t offset;
  /// `dense<`, `sparse<` or `array<`.
  bool isPayload = false;
  /// `affine_map<` or `affine_set<`, or inside one.
  bool isAffine = false;
};

/// Token classes, as far as the limits need them.
enum class Token { Word, String, Alias, Sigil, Open, Close, Punctuation, End };

class SourceScanner {
public:
  SourceScanner(StringRef text, const SourceLimits &limits) : text(text), limits(limits) {}

  std::optional<SourceProblem> scan();

private:
  // Tokens.
  void next();
  void skipSpaceAndComments();
  void lexString();
  size_t endOfName(size_t from) const;
  StringRef spelling() const { return text.slice(begin, end); }
  char charAt(size_t at) const { return at < text.size() ? text[at] : 0; }

  // Limits.
  void checkToken();
  void checkWord();
  void open();
  void close();
  void popTo(size_t depth);
  void countAffineOperator();
  void alias();
  bool definesAlias();
  void useAlias(StringRef name);
  void endAliasDefinition();
  void resolvePendingUses();

  void fail(SourceProblem::Kind kind, size_t offset, const Twine &message) {
    if (!problem)
      problem = SourceProblem{kind, offset, message.str()};
  }
  void overLimit(size_t offset, const Twine &message) {
    fail(SourceProblem::Kind::OverLimit, offset, message);
  }

  StringRef text;
  const SourceLimits &limits;
  std::optional<SourceProblem> problem;

  Token token = Token::Punctuation;
  size_t begin = 0, end = 0;
  /// The token before, where it stands in an alias definition at depth 0.
  Token previous = Token::Punctuation;
  StringRef previousWord;

  llvm::SmallVector<OpenBracket, 64> brackets;
  uint64_t payload = 0;
  unsigned affineOperators = 0;

  llvm::StringMap<Alias> aliases;
  llvm::StringMap<PendingUse> pendingUses;
  /// The alias whose definition is being read.
  std::optional<StringRef> current;
  size_t currentBegin = 0;
  Alias currentAlias;
  /// What the aliases used outside of definitions add to the text.
  uint64_t expandedBytes = 0;
};

bool isNameChar(char c) { return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.' || c == '-'; }

size_t SourceScanner::endOfName(size_t from) const {
  while (from < text.size() && isNameChar(text[from]))
    ++from;
  return from;
}

void SourceScanner::skipSpaceAndComments() {
  while (end < text.size()) {
    char c = text[end];
    if (c == '/' && charAt(end + 1) == '/') {
      end = text.find('\n', end);
      if (end == StringRef::npos)
        end = text.size();
    } else if (llvm::isSpace(c)) {
      ++end;
    } else {
      return;
    }
  }
}

/// Leaves `end` behind the closing quote, or at the end of the line where there is none.
void SourceScanner::lexString() {
  for (++end; end < text.size() && text[end] != '\n'; ++end) {
    if (text[end] == '\\') {
      ++end;
    } else if (text[end] == '"') {
      ++end;
      return;
    }
  }
  end = std::min(end, text.size());
}

void SourceScanner::next() {
  skipSpaceAndComments();
  begin = end;
  if (end == text.size()) {
    token = Token::End;
    return;
  }
  char c = text[end];
  if (c == '"') {
    token = Token::String;
    lexString();
  } else if (llvm::isAlnum(c) || c == '_') {
    // A word: an identifier, a number, a part of a shape. `-` ends it, unlike in a name.
    token = Token::Word;
    while (end < text.size() && text[end] != '-' && isNameChar(text[end]))
      ++end;
  } else if (c == '#' || c == '!') {
    end = endOfName(end + 1);
    bool isAlias = end > begin + 1 && !spelling().contains('.');
    token = isAlias ? Token::Alias : Token::Sigil;
  } else if (c == '%' || c == '^' || c == '@') {
    token = Token::Sigil;
    ++end;
    if (c == '@' && charAt(end) == '"')
      lexString();
    else
      end = endOfName(end);
  } else if (StringRef("([{<").contains(c)) {
    // `<=` is a comparison in an affine set.
    bool isComparison = c == '<' && charAt(end + 1) == '=';
    token = isComparison ? Token::Punctuation : Token::Open;
    end += isComparison ? 2 : 1;
  } else if (StringRef(")]}>").contains(c)) {
    bool isComparison = c == '>' && charAt(end + 1) == '=';
    token = isComparison ? Token::Punctuation : Token::Close;
    end += isComparison ? 2 : 1;
  } else {
    token = Token::Punctuation;
    end += c == '-' && charAt(end + 1) == '>' ? 2 : 1;
  }
}

void SourceScanner::checkToken() {
  uint64_t size = end - begin;
  if (token == Token::String && spelling().starts_with("\"0x")) {
    // The bytes of a constant in hexadecimal. Inside dense<> the bracket counts them.
    if (llvm::none_of(brackets, [](const OpenBracket &bracket) { return bracket.isPayload; }))
      payload += size;
  } else if (size > limits.tokenBytes) {
    overLimit(begin,
              "token of " + Twine(size) + " bytes; the limit is " + Twine(limits.tokenBytes));
  }
  if (token == Token::Word)
    checkWord();
}

/// Literals are converted by bignum arithmetic whose time grows with the square of the digits.
void SourceScanner::checkWord() {
  StringRef word = spelling();
  bool isHex = word.starts_with_insensitive("0x");
  size_t run = 0;
  for (size_t at = 0; at < word.size(); ++at) {
    bool isDigit = isHex ? llvm::isHexDigit(word[at]) : llvm::isDigit(word[at]);
    run = isDigit ? run + 1 : 0;
    if (run > limits.literalDigits)
      return overLimit(begin, "number of more than " + Twine(limits.literalDigits) + " digits");
  }
  if (word == "mod" || word == "floordiv" || word == "ceildiv")
    countAffineOperator();
}

void SourceScanner::countAffineOperator() {
  if (brackets.empty() || !brackets.back().isAffine)
    return;
  if (++affineOperators == limits.affineOperators + 1)
    overLimit(begin,
              "affine expression of more than " + Twine(limits.affineOperators) + " operators");
}

void SourceScanner::open() {
  OpenBracket bracket{text[begin], begin};
  if (bracket.kind == '<') {
    bracket.isPayload =
        previousWord == "dense" || previousWord == "sparse" || previousWord == "array";
    bracket.isAffine = previousWord == "affine_map" || previousWord == "affine_set";
    if (bracket.isAffine)
      affineOperators = 0;
  }
  bracket.isAffine |= !brackets.empty() && brackets.back().isAffine;
  brackets.push_back(bracket);
  if (brackets.size() == limits.nesting + 1)
    overLimit(begin, "nesting is deeper than the limit of " + Twine(limits.nesting));
  if (current)
    currentAlias.nesting = std::max<unsigned>(currentAlias.nesting, brackets.size());
}

void SourceScanner::popTo(size_t depth) {
  while (brackets.size() > depth) {
    OpenBracket bracket = brackets.pop_back_val();
    if (bracket.isPayload)
      payload += end - bracket.offset;
  }
}

/// Closes the innermost bracket of the same kind. A `<` left open inside it was a "less than"; a
/// closing bracket that nothing opened is MLIR's to report.
void SourceScanner::close() {
  static constexpr StringRef opening = "([{<", closing = ")]}>";
  char wanted = opening[closing.find(text[begin])];
  if (wanted == '<') {
    if (!brackets.empty() && brackets.back().kind == '<')
      popTo(brackets.size() - 1);
    return;
  }
  for (size_t depth = brackets.size(); depth > 0; --depth)
    if (brackets[depth - 1].kind == wanted)
      return popTo(depth - 1);
}

bool SourceScanner::definesAlias() {
  if (!brackets.empty())
    return false;
  size_t nameEnd = end;
  skipSpaceAndComments();
  bool equals = charAt(end) == '=';
  end = nameEnd;
  return equals;
}

void SourceScanner::alias() {
  StringRef name = spelling();
  if (!definesAlias())
    return useAlias(name);
  endAliasDefinition();
  current = name;
  currentBegin = begin;
  if (aliases.size() == limits.aliases)
    overLimit(begin, "more than " + Twine(limits.aliases) + " aliases");
}

void SourceScanner::useAlias(StringRef name) {
  unsigned nesting = brackets.size();
  auto found = aliases.find(name);
  if (found == aliases.end()) {
    PendingUse &use = pendingUses[name];
    if (use.count++ == 0)
      use.offset = begin;
    use.nesting = std::max(use.nesting, nesting);
    return;
  }
  uint64_t &bytes = current ? currentAlias.expandedBytes : expandedBytes;
  bytes = llvm::SaturatingAdd(bytes, found->second.expandedBytes);
  nesting += found->second.nesting;
  if (current)
    currentAlias.nesting = std::max(currentAlias.nesting, nesting);
  if (nesting > limits.nesting)
    overLimit(begin, "nesting with the alias '" + name + "' written out is " + Twine(nesting) +
                         "; the limit is " + Twine(limits.nesting));
  if (bytes > limits.expandedBytes)
    overLimit(begin, "the text with the alias '" + name + "' written out is over the limit of " +
                         Twine(limits.expandedBytes) + " bytes");
}

void SourceScanner::endAliasDefinition() {
  if (!current)
    return;
  currentAlias.expandedBytes =
      llvm::SaturatingAdd(currentAlias.expandedBytes, uint64_t(begin - currentBegin));
  aliases[*current] = currentAlias;
  currentAlias = Alias();
  current.reset();
}

void SourceScanner::resolvePendingUses() {
  for (const auto &entry : pendingUses) {
    auto found = aliases.find(entry.getKey());
    if (found == aliases.end())
      continue;
    const PendingUse &use = entry.second;
    expandedBytes =
        llvm::SaturatingMultiplyAdd(use.count, found->second.expandedBytes, expandedBytes);
    unsigned nesting = use.nesting + found->second.nesting;
    if (nesting > limits.nesting)
      overLimit(use.offset, "nesting with the alias '" + entry.getKey() + "' written out is " +
                                Twine(nesting) + "; the limit is " + Twine(limits.nesting));
    if (expandedBytes > limits.expandedBytes)
      overLimit(use.offset, "the text with the alias '" + entry.getKey() +
                                "' written out is over the limit of " +
                                Twine(limits.expandedBytes) + " bytes");
  }
}

std::optional<SourceProblem> SourceScanner::scan() {
  if (text.size() > limits.fileBytes)
    overLimit(0,
              "file of " + Twine(text.size()) + " bytes; the limit is " + Twine(limits.fileBytes));
  if (text.starts_with("ML\xefR"))
    fail(SourceProblem::Kind::NotText, 0,
         "MLIR bytecode is not accepted; write it as text with attn-opt");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    fail(SourceProblem::Kind::NotText, 0, "the file is UTF-16; a model is UTF-8 text");
  if (size_t nul = text.find('\0'); nul != StringRef::npos)
    fail(SourceProblem::Kind::NotText, nul, "NUL byte in the text of a model");

  for (next(); token != Token::End && !problem; next()) {
    // A definition ends where the next statement begins: at depth 0, with a word, string or sigil
    // that does not continue what came before.
    bool continues = previous == Token::Punctuation;
    bool begins = token == Token::Word || token == Token::String || token == Token::Sigil ||
                  token == Token::Alias;
    if (current && brackets.empty() && begins && !continues)
      endAliasDefinition();

    checkToken();
    switch (token) {
    case Token::Open:
      open();
      break;
    case Token::Close:
      close();
      break;
    case Token::Alias:
      alias();
      break;
    case Token::Punctuation:
      if (StringRef("+-*").contains(text[begin]) && end == begin + 1)
        countAffineOperator();
      break;
    default:
      break;
    }
    if (payload > limits.payloadBytes)
      overLimit(begin, "constants of more than " + Twine(limits.payloadBytes) +
                           " bytes of text; pass large data as arguments of the function");
    previous = token;
    previousWord = token == Token::Word ? spelling() : StringRef();
  }
  if (problem)
    return problem;
  popTo(0);
  if (payload > limits.payloadBytes)
    overLimit(text.size(), "constants of more than " + Twine(limits.payloadBytes) +
                               " bytes of text; pass large data as arguments of the function");
  endAliasDefinition();
  resolvePendingUses();
  return problem;
}

} // namespace

std::optional<SourceProblem> attnc::scanSource(StringRef text, const SourceLimits &limits) {
  return SourceScanner(text, limits).scan();
}
