/* embed.cc in C: a firewall inside another program. */
#include <gatehouse/gatehouse.h>
#include <stdio.h>

static const char network[] =
    "routes = ['default via 192.0.2.254']\n"
    "[[interface]]\nname = 'lan'\nmac = '02:00:00:00:01:01'\naddress = '10.0.1.1/24'\n"
    "neighbours = { '10.0.1.2' = '02:00:00:00:01:02' }\n"
    "[[interface]]\nname = 'wan'\nmac = '02:00:00:00:02:01'\naddress = '192.0.2.1/24'\n"
    "neighbours = { '192.0.2.254' = '02:00:00:00:02:fe' }\n";

static const char rules[] = "*filter\n-A FORWARD -p udp --dport 53 -j ACCEPT\n"
                            "-A FORWARD -p udp --dport 54 -j QUEUE\n-A FORWARD -j REJECT\nCOMMIT\n";

static uint64_t waiting;

static void completed(void* user, const gatehouse_completion* c) {
    (void)user;
    if (c->verdict == GATEHOUSE_FORWARDED)
        printf("packet %u: leaves by %s, by %s rule %u\n", (unsigned)c->cookie, c->interface, c->chain, c->rule);
    else
        printf("packet %u: dropped: %s, by %s rule %u\n", (unsigned)c->cookie, c->explanation, c->chain, c->rule);
}
static void waits(void* user, uint64_t token, uint16_t queue, const uint8_t* packet, size_t length,
                  uint64_t cookie) {
    (void)user, (void)queue, (void)packet, (void)length, (void)cookie;
    waiting = token;
}
static int reads_queue(void* user, uint16_t queue) { return (void)user, (void)queue, 1; }

int main(void) {
    char error[512];
    /* UDP from 10.0.1.2 port 4000 to 198.51.100.9, without a UDP checksum. */
    uint8_t frame[] = {2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 2, 8, 0, 0x45, 0, 0, 28, 0, 0, 0,
                       0, 64, 17, 0x45, 0x93, 10, 0, 1, 2, 198, 51, 100, 9, 15, 160, 0, 0, 0, 8, 0, 0};
    const gatehouse_callbacks callbacks = {.completed = completed, .waits = waits, .reads_queue = reads_queue};
    gatehouse_firewall* firewall = gatehouse_new(network, &callbacks, error, sizeof error);
    if (firewall == NULL || gatehouse_load(firewall, GATEHOUSE_IPV4, rules, error, sizeof error) != 0) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    for (uint8_t port = 53; port <= 55; ++port) {
        frame[37] = port;
        gatehouse_frame in = {.interface = "lan", .bytes = frame, .length = sizeof frame, .cookie = port};
        gatehouse_receive(firewall, &in);
    }
    gatehouse_resume(firewall, waiting, GATEHOUSE_RESUME_ACCEPT, NULL, NULL, 0);
    gatehouse_frame packet = {.interface = "lan", .bytes = frame + 14, .length = sizeof frame - 14};
    gatehouse_completion result;
    if (gatehouse_run_hook(firewall, GATEHOUSE_FORWARD, &packet, "wan", &result, error, sizeof error) ==
        GATEHOUSE_HOOK_DROP)
        printf("FORWARD alone: drop, %s\n", result.explanation);
    printf("%d: ", gatehouse_load(firewall, GATEHOUSE_IPV4, "*filter\n-A INPUT -p tcp --dpotr 1\n", error, sizeof error));
    printf("%s\n", error);
    gatehouse_free(firewall);
    return 0;
}
