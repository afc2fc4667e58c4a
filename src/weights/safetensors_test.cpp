#include "weights/safetensors.h"

#include <gtest/gtest.h>
