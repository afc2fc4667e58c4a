// The error type is part of the public interface; levels know it by this name.
#pragma once

#include "redraw/error.h"
