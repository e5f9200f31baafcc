// gatehouse iptables, iptables-save, iptables-restore and the IPv6 three.
#include "frontend/tool/tool.h"
#include "iptables/commands.h"

namespace gatehouse::frontend {

int run_iptables4(int argc, char** argv) { return iptables::run_iptables(argc, argv, Family::ipv4); }
int run_iptables6(int argc, char** argv) { return iptables::run_iptables(argc, argv, Family::ipv6); }
int run_save4(int argc, char** argv) { return iptables::run_save(argc, argv, Family::ipv4); }
int run_save6(int argc, char** argv) { return iptables::run_save(argc, argv, Family::ipv6); }
int run_restore4(int argc, char** argv) { return iptables::run_restore(argc, argv, Family::ipv4); }
int run_restore6(int argc, char** argv) { return iptables::run_restore(argc, argv, Family::ipv6); }

}  // namespace gatehouse::frontend
