#include "analysis/sweep/sweep_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDigits = 8;

std::uint32_t crc_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

std::string signed_line(const std::string& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line;
  const std::uint32_t crc = crc_of(text);
  for (std::size_t i = 0; i < kDigits; ++i) line += kHex[(crc >> (4 * (kDigits - 1 - i))) & 0xFU];
  return line.append(" ").append(text).append("\n");
}

// nullopt: it is damaged.
std::optional<std::string> text_of(const std::string& line) {
  std::uint32_t crc = 0;
  if (line.size() <= kDigits || line[kDigits] != ' ') return std::nullopt;
  const auto [end, error] = std::from_chars(line.data(), line.data() + kDigits, crc, 16);
  if (error != std::errc{} || end != line.data() + kDigits) return std::nullopt;
  std::string text = line.substr(kDigits + 1);
  return crc_of(text) == crc ? std::optional{std::move(text)} : std::nullopt;
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw sim::BadInput{path, 0, "", why};
}

// Waits for a moment: a process that was killed may not be quite gone.
bool lock(int descriptor) {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return false;
}

struct Contents {
  std::optional<SweepDesign> design;  // nullopt: not even the first line is whole
  std::uintmax_t good = 0;            // bytes of whole lines
};

Contents read(const std::filesystem::path& path, const std::function<void(const SweepDesign&)>& check,
              const TakeBlock& take) {
  std::ifstream in{path, std::ios::binary};
  if (!in) fail(path, "cannot be opened");
  Contents contents;
  std::string line;
  std::size_t number = 0;
  // What has no line end is the begin of a line that was being written when the process was killed.
  while (std::getline(in, line) && !in.eof()) {
    ++number;
    const auto fail_here = [&](const char* why) { throw sim::BadInput{path, number, "", why}; };
    const std::optional<std::string> text = text_of(line);
    if (!text) fail_here(number == 1 ? "is no file of a sweep" : "this line is damaged");
    try {
      if (number == 1) {
        contents.design = design_from_json(Json::parse(*text));
        check(*contents.design);
      } else {
        SweepBlock block = block_from_line(*text);
        const SweepDesign& design = *contents.design;
        const bool fits = block.cell < design.cells.size() && block.block < design.blocks() &&
                          block.runs.size() == design.last_seed(block.block) - design.first_seed(block.block) + 1;
        if (!fits) fail_here("this line does not fit the first one");
        take(std::move(block));
      }
    } catch (const nlohmann::json::exception&) {
      fail_here(number == 1 ? "is of another version of the program" : "this line is damaged");
    }
    contents.good += line.size() + 1;
  }
  return contents;
}

}  // namespace

SweepFile::SweepFile(const std::filesystem::path& path, const SweepDesign& design, bool resumes, const TakeBlock& take)
    : path_(path) {
  const bool is_there = std::filesystem::exists(path);
  if (is_there && !resumes) {
    fail(path, "is there already: go on with it by --resume, or remove it");
  }
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path, std::string{"cannot be written: "} + std::strerror(errno));
  try {
    if (!lock(descriptor_)) fail(path, "another process is writing it");
    const auto check = [&](const SweepDesign& there) {
      const std::string what = difference(there, design);
      if (!what.empty()) fail(path, "is of another sweep: it has other " + what);
      if (there.shard.number != design.shard.number || there.shard.count != design.shard.count)
        fail(path,
             "is of another shard, " + std::to_string(there.shard.number) + "/" + std::to_string(there.shard.count));
    };
    const Contents contents = read(path, check, take);
    if (ftruncate(descriptor_, static_cast<off_t>(contents.good)) != 0) fail(path, "cannot be written");
    if (!contents.design) add_line(to_json(design).dump());
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

SweepFile::~SweepFile() { close(descriptor_); }

void SweepFile::add(const SweepBlock& block) { add_line(to_line(block)); }

void SweepFile::add_line(const std::string& text) {
  const std::string line = signed_line(text);
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t written = write(descriptor_, line.data() + done, line.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path_, std::string{"cannot be written: "} + std::strerror(errno));
    done += static_cast<std::size_t>(written);
  }
}

SweepDesign read_sweep_file(const std::filesystem::path& path, const TakeBlock& take) {
  if (!std::filesystem::exists(path)) fail(path, "no such file");
  const Contents contents = read(path, [](const SweepDesign&) {}, take);
  if (!contents.design) fail(path, "is no file of a sweep");
  return *contents.design;
}

std::string difference(const SweepDesign& there, const SweepDesign& here) {
  const Json a = to_json(there);
  const Json b = to_json(here);
  for (const auto& [key, value] : b.items()) {
    if (key == "shard" || key == "arguments" || a.at(key) == value) continue;
    if (key == "fingerprint") return "configurations or steps, or the program has changed";
    if (value.is_structured()) return key;
    return key + " (" + a.at(key).dump() + ", not " + value.dump() + ")";
  }
  return {};
}

}  // namespace sentinel::analysis
