// A folder that exists as long as its owner.
#pragma once

#include <filesystem>

namespace sentinel::analysis::recorder {

class TemporaryFolder {
 public:
  TemporaryFolder();  // throws std::runtime_error if it cannot be made
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sentinel::analysis::recorder
