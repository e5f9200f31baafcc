// The front door of the gatehouse program.
#pragma once

namespace gatehouse::frontend {

// Runs `gatehouse COMMAND …`; the exit code is the command's (2: bad usage).
int run_program(int argc, char** argv);

}  // namespace gatehouse::frontend
