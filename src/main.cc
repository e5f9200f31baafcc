// The gatehouse program: `gatehouse COMMAND …`, one file a command in src/frontend/tool.
#include "frontend/program.h"

int main(int argc, char** argv) { return gatehouse::frontend::run_program(argc, argv); }
