#include "sim/reader/step_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/reader/client_reader.h"
#include "sim/reader/command_parser.h"
#include "sim/reader/json_fields.h"
#include "sim/reader/network_reader.h"
#include "sim/reader/node_draft.h"
#include "sim/reader/pattern_reader.h"
