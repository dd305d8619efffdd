#include "analysis/recorder/temporary_folder.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sentinel::analysis::recorder {

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "sentinel-sim-XXXXXX";  // mkdtemp() fills in the X
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder like " + name};
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // at worst something is left in /tmp
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sentinel::analysis::recorder
