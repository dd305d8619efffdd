#include "analysis/recorder/temporary_folder.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sentinel::analysis::recorder {

TemporaryFolder::TemporaryFolder() {
  // mkdtemp() puts a name of its own in the place of these six letters.
  std::string name = std::filesystem::temp_directory_path() / ("sentinel-sim-" + std::string(6, 'X'));
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder like " + name};
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // at worst something is left in /tmp
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sentinel::analysis::recorder
