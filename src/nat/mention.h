// What helpers find in the payload of translated connections, put into the words of whoever reads it.
//
// An expectation is given the address under which its announcer is known on the other side, and its port if
// that is free there, else another; a mention of it, or of an end of the connection itself, is rewritten to
// match, and lengths that count rewritten bytes after that. The packet grows or shrinks; of a TCP segment
// that is read alone the difference is noted for the sequence numbers of what follows. What is to become of a
// stream is noted for its keeper (helper/rewrite.h).
//
// The engine's thread only; nothing is allocated.
#pragma once
#include "base/random.h"
#include "helper/translator.h"

namespace gatehouse::nat {

class MentionTranslator final : public helper::Translator {
  public:
    MentionTranslator(track::Tracking& tracking, Random& random) : tracking_(tracking), random_(random) {}

    Verdict translate(Context& context, const track::Seen& seen, helper::Findings& findings,
                      const helper::Helper& helper) override;

  private:
    bool find_port(const track::Seen& seen, helper::Findings& findings, std::size_t which,
                   const helper::Helper& helper);
    track::Expectations::Entered try_port(const track::Seen& seen, helper::Findings& findings,
                                          std::size_t which, const helper::Helper& helper,
                                          std::uint16_t port) const;
    Verdict rewrite(Context& context, const track::Seen& seen, helper::Findings& findings);

    track::Tracking& tracking_;
    Random& random_;
};

// Redirection::manner of connections that are to be translated as their master is, and of those that its
// helper has sent on to somebody else.
constexpr std::uint8_t follows_master = 1, sent_on = 2;

}  // namespace gatehouse::nat
