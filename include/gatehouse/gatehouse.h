// Gatehouse as a library for C: include/gatehouse/firewall.h in plain functions.
//
// One thread owns a firewall and makes every call. Callbacks run on the caller's thread, from within receive,
// send, run_hook, resume, advance and free; they must not call the firewall. What they are shown holds for
// the call alone. Functions that return int return 0, or -1 with a sentence in `error`, cut to `error_size`
// bytes with its NUL.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gatehouse_firewall gatehouse_firewall;

enum gatehouse_family { GATEHOUSE_IPV4 = 4, GATEHOUSE_IPV6 = 6 };
enum gatehouse_hook {
    GATEHOUSE_PREROUTING,
    GATEHOUSE_INPUT,
    GATEHOUSE_FORWARD,
    GATEHOUSE_OUTPUT,
    GATEHOUSE_POSTROUTING
};
enum gatehouse_verdict {
    GATEHOUSE_FORWARDED, /* leaves by `interface`, as `bytes` now are */
    GATEHOUSE_DELIVERED, /* for a program of this host */
    GATEHOUSE_DROPPED,   /* `reason` says why */
    GATEHOUSE_CONSUMED,  /* the router itself answered it or used it up */
    GATEHOUSE_REPLACED   /* its fragments left in its stead */
};
enum gatehouse_hook_verdict {
    GATEHOUSE_HOOK_ACCEPT,
    GATEHOUSE_HOOK_DROP,
    GATEHOUSE_HOOK_QUEUE,
    GATEHOUSE_HOOK_STOLEN
};
enum gatehouse_resume_verdict {
    GATEHOUSE_RESUME_ACCEPT, /* go on behind the rule that held it */
    GATEHOUSE_RESUME_REPEAT, /* through that table once more */
    GATEHOUSE_RESUME_STOP,   /* past the other tables of the hook */
    GATEHOUSE_RESUME_DROP
};

typedef struct gatehouse_frame {
    const char* interface; /* by which it came */
    const uint8_t* bytes;  /* an Ethernet frame; for send: an IP packet */
    size_t length;
    int64_t time; /* nanoseconds, never going back */
    uint32_t mark;
    uint64_t cookie; /* the caller's own */
} gatehouse_frame;

typedef struct gatehouse_completion {
    uint64_t cookie;
    enum gatehouse_verdict verdict;
    const char* interface; /* "" unless forwarded */
    const uint8_t* bytes;
    size_t length;
    uint32_t mark;
    int changed;
    const char* reason;      /* "ttl-exceeded"; "none" */
    const char* explanation; /* the same in words, with its numbers; "" for none */
    const char* table;       /* who had the last word; "": the router itself */
    const char* chain;
    uint32_t rule; /* from 1; 0: the policy */
} gatehouse_completion;

/* Every member but `completed` may be NULL: nobody reads a queue then, no program takes a packet. */
typedef struct gatehouse_callbacks {
    void* user;
    void (*completed)(void* user, const gatehouse_completion* completion);
    void (*made)(void* user, const char* interface, const uint8_t* frame, size_t length, uint64_t cookie);
    void (*waits)(void* user, uint64_t token, uint16_t queue, const uint8_t* packet, size_t length,
                  uint64_t cookie);
    int (*reads_queue)(void* user, uint16_t queue);
    int (*takes)(void* user, const uint8_t* packet, size_t length);
    void (*logged)(void* user, const char* line);
} gatehouse_callbacks;

const char* gatehouse_version(void);

/* NULL on error. `network` is TOML, as doc/network.md has it. */
gatehouse_firewall* gatehouse_new(const char* network, const gatehouse_callbacks* callbacks, char* error,
                                  size_t error_size);
void gatehouse_free(gatehouse_firewall* firewall);

/* Puts the tables of iptables-save text in place of the family's: all or nothing. */
int gatehouse_load(gatehouse_firewall* firewall, enum gatehouse_family family, const char* rules, char* error,
                   size_t error_size);

/* The frame is copied. -1: no such interface, or a frame longer than 65,535 bytes. */
int gatehouse_receive(gatehouse_firewall* firewall, const gatehouse_frame* frame);
int gatehouse_send(gatehouse_firewall* firewall, const gatehouse_frame* packet);

/* An IP packet through one hook alone, without routing: a gatehouse_hook_verdict, or -1. `result`, unless
 * NULL, gets the packet as it then is and who decided, good until the next call. `out` may be NULL. */
int gatehouse_run_hook(gatehouse_firewall* firewall, enum gatehouse_hook hook, const gatehouse_frame* packet,
                       const char* out, gatehouse_completion* result, char* error, size_t error_size);

/* `mark` and `packet` may be NULL: as they are. -1: nothing waits under this token. */
int gatehouse_resume(gatehouse_firewall* firewall, uint64_t token, enum gatehouse_resume_verdict verdict,
                     const uint32_t* mark, const uint8_t* packet, size_t length);
void gatehouse_advance(gatehouse_firewall* firewall, int64_t now);

#ifdef __cplusplus
}
#endif
