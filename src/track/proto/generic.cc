#include "track/proto/generic.h"

namespace gatehouse::track::generic {

Judgement update(const Question& question) { return {.lifetime = question.timeouts[Timeout::generic]}; }

Judgement update_gre(const Question& question) {
    if ((question.status & status::seen_reply) == 0) return {.lifetime = question.timeouts[Timeout::gre]};
    return {.lifetime = question.timeouts[Timeout::gre_stream], .set_status = status::assured};
}

}  // namespace gatehouse::track::generic
