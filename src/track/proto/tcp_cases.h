// What TCP tracking must do, clause by clause, as scripts (tcp_testing.h). The unit tests run them, and
// gatehouse-tcp --cases runs them through the real kernel, which proves that they are true.
#pragma once
#include <string_view>

namespace gatehouse::track::tcp::testing {

inline constexpr std::string_view case_text = R"(
# a connection opens, talks and closes
> S 100 w5000 = NEW SYN_SENT 120
< SA 500 a101 w5000 = ESTABLISHED SYN_RECV 60
> A 101 a501 w5000 = ESTABLISHED ESTABLISHED 432000 assured
> PA 101 a501 l100 w5000 = ESTABLISHED ESTABLISHED 300 assured
< A 501 a201 w5000 = ESTABLISHED ESTABLISHED 432000 assured
> FA 201 a501 w5000 = ESTABLISHED FIN_WAIT 120 assured
< A 501 a202 w5000 = ESTABLISHED CLOSE_WAIT 60 assured
< FA 501 a202 w5000 = ESTABLISHED LAST_ACK 30 assured
> A 202 a502 w5000 = ESTABLISHED TIME_WAIT 120 assured

# the server closes first
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< FA 501 a101 = ESTABLISHED FIN_WAIT 120 assured
> A 101 a502 = ESTABLISHED CLOSE_WAIT 60 assured
> FA 101 a502 = ESTABLISHED LAST_ACK 30 assured
< A 502 a102 = ESTABLISHED TIME_WAIT 120 assured

# both close at once
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 101 a501 = ESTABLISHED FIN_WAIT 120 assured
< FA 501 a101 = ESTABLISHED LAST_ACK 30 assured
> A 102 a502 = ESTABLISHED TIME_WAIT 120 assured
< A 502 a102 = ESTABLISHED TIME_WAIT 120 assured

# a FIN as the first packet is invalid
> FA 100 a500 = INVALID gone tcp-no-beginning

# an RST as the first packet is invalid
> R 100 = INVALID gone tcp-no-beginning
> RA 100 a500 = INVALID gone tcp-no-beginning

# a SYN/ACK as the first packet is invalid
> SA 100 a500 = INVALID gone tcp-no-beginning

# flags that can't stand together
> S 100 = NEW SYN_SENT 120
> FS 100 = INVALID SYN_SENT 120 tcp-bad-flags
> R 101 = NEW gone
> F 101 = INVALID gone tcp-bad-flags
> - 101 = INVALID gone tcp-bad-flags
> SAU 101 = INVALID gone tcp-bad-flags
> RU 101 = INVALID gone tcp-bad-flags
< SPAEC 500 a101 = INVALID gone tcp-no-beginning
> FAU 101 a501 = INVALID gone tcp-no-beginning

# a pickup without a reply has 300 s
> A 100 a500 l10 = NEW ESTABLISHED 300
> A 110 a500 l10 = NEW ESTABLISHED 300
< A 500 a120 = ESTABLISHED ESTABLISHED 300
> A 120 a500 = ESTABLISHED ESTABLISHED 300 assured

# a pickup can begin with the server
< A 500 a100 l10 = NEW ESTABLISHED 300
> A 100 a510 = ESTABLISHED ESTABLISHED 300
< A 510 a100 = ESTABLISHED ESTABLISHED 432000 assured

# no pickup when loose is off
loose 0
> A 100 a500 l10 = INVALID gone tcp-no-pickup
> S 100 = NEW SYN_SENT 120

# SYN retransmissions don't refresh
> S 100 = NEW SYN_SENT 120
wait 50
> S 100 = NEW SYN_SENT 70
wait 50
> S 100 = NEW SYN_SENT 20

# a SYN again with a higher number begins anew
> S 100 w5000 s7 k = NEW SYN_SENT 120
< SA 500 a101 w5000 s7 k = ESTABLISHED SYN_RECV 60
> S 9100 w5000 = ESTABLISHED SYN_RECV 60 tcp-passed-by
< SA 700 a9101 w5000 = ESTABLISHED SYN_RECV 60
> A 9101 a701 w5000 = ESTABLISHED ESTABLISHED 432000 assured

# a SYN again with a higher number, before any answer, brings its own options
> S 100 w5000 = NEW SYN_SENT 120
> S 9100 w5000 s7 k = NEW SYN_SENT 120
< SA 700 a9101 w5000 s3 k = ESTABLISHED SYN_RECV 60
> A 9101 a701 w5000 = ESTABLISHED ESTABLISHED 432000 assured

# a SYN/ACK again in SYN_RECV changes nothing
> S 100 w5000 s7 k = NEW SYN_SENT 120
< SA 500 a77 w5000 s3 k = ESTABLISHED SYN_RECV 60
< SA 9500 a101 w5000 s2 k = ESTABLISHED SYN_RECV 60 tcp-passed-by
> A 101 a9501 w5000 = INVALID SYN_RECV 60 tcp-ack-over-upper

# an RST as the only reply kills the entry
> S 100 = NEW SYN_SENT 120
< RA 0 a101 = ESTABLISHED gone

# an RST of the client's, before any reply, kills the entry
> S 100 = NEW SYN_SENT 120
> R 101 = NEW gone

# an RST as the only reply to a pickup kills the entry
> A 100 a500 = NEW ESTABLISHED 300
< R 500 = ESTABLISHED gone

# a SYN in ESTABLISHED passes, and its SYN/ACK brings a new connection in step
> S 100 w5000 = NEW SYN_SENT 120
< SA 500 a101 w5000 = ESTABLISHED SYN_RECV 60
> A 101 a501 w5000 = ESTABLISHED ESTABLISHED 432000 assured
> S 9100 w3000 s5 k = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
< SA 7500 a9101 w4000 s6 k = ESTABLISHED SYN_RECV 60 assured
> A 9101 a7501 w3000 = ESTABLISHED ESTABLISHED 432000 assured
< A 7501 a9101 l1000 w4000 = ESTABLISHED ESTABLISHED 300 assured
> A 9101 a8501 w3000 = ESTABLISHED ESTABLISHED 432000 assured

# a SYN in ESTABLISHED passes, and a challenge ACK leaves the connection as it is
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> S 9100 = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured
> R 501 = ESTABLISHED ESTABLISHED 10 assured

# a SYN in ESTABLISHED passes, and the RST that answers it ends the connection
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> S 9100 = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
< RA 0 a9101 = ESTABLISHED CLOSE 10 assured

# an RST that pretends to answer a SYN of its own side is held to the bounds
> S 100 = NEW SYN_SENT 120
< A 4000 a777 = ESTABLISHED SYN_SENT 120 tcp-passed-by
< S 500 = ESTABLISHED SYN_SENT2 120
< RA 501 a4000 = INVALID SYN_SENT2 120 tcp-ack-over-upper

# a SYN/ACK that answers no SYN remembered changes nothing
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> S 9100 = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
< SA 7500 a9102 = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
< SA 7500 a9101 = ESTABLISHED ESTABLISHED 432000 assured tcp-passed-by
> A 102 a502 = INVALID ESTABLISHED 432000 assured tcp-ack-over-upper

# an ACK in reply to a SYN tells of a half-open connection, which the client resets
> S 100 = NEW SYN_SENT 120
< A 9000 a4000 = ESTABLISHED SYN_SENT 120 tcp-passed-by
> R 4000 = ESTABLISHED CLOSE 10
> S 200 = NEW SYN_SENT 120

# a challenge ACK to a SYN in LAST_ACK acknowledges no FIN
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 101 a501 = ESTABLISHED FIN_WAIT 120 assured
< FA 501 a102 = ESTABLISHED LAST_ACK 30 assured
> S 9100 = ESTABLISHED LAST_ACK 30 assured tcp-passed-by
< A 502 a102 = ESTABLISHED LAST_ACK 30 assured tcp-challenge-ack
< A 502 a102 = ESTABLISHED TIME_WAIT 120 assured

# a SYN in TIME_WAIT opens a new connection
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 101 a501 = ESTABLISHED FIN_WAIT 120 assured
< FA 501 a102 = ESTABLISHED LAST_ACK 30 assured
> A 102 a502 = ESTABLISHED TIME_WAIT 120 assured
> S 9100 = NEW SYN_SENT 120
< SA 700 a9101 = ESTABLISHED SYN_RECV 60

# a SYN of the server's in TIME_WAIT opens one the other way round
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 101 a501 = ESTABLISHED FIN_WAIT 120 assured
< FA 501 a102 = ESTABLISHED LAST_ACK 30 assured
> A 102 a502 = ESTABLISHED TIME_WAIT 120 assured
< S 9500 = NEW SYN_SENT 120
> SA 700 a9501 = ESTABLISHED SYN_RECV 60

# a SYN of the side that aborted the connection opens a new one
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> R 101 = ESTABLISHED CLOSE 10 assured
> S 9100 = NEW SYN_SENT 120

# a SYN of the other side, when nobody closed, passes and changes nothing
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< R 501 = ESTABLISHED CLOSE 10 assured
> S 9100 = ESTABLISHED CLOSE 10 assured tcp-passed-by
< SA 700 a9101 = ESTABLISHED SYN_RECV 60 assured

# both sides open at once
> S 100 = NEW SYN_SENT 120
< S 500 = ESTABLISHED SYN_SENT2 120
> SA 100 a501 = ESTABLISHED SYN_RECV 60
< SA 500 a101 = ESTABLISHED SYN_RECV 60 tcp-passed-by
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured

# both sides open at once, and the reply side's ACK completes it
> S 100 = NEW SYN_SENT 120
< S 500 = ESTABLISHED SYN_SENT2 120
> SA 100 a501 = ESTABLISHED SYN_RECV 60
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured

# an exact RST ends the connection
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 l10 = ESTABLISHED ESTABLISHED 300 assured
> A 101 a511 = ESTABLISHED ESTABLISHED 432000 assured
< R 511 = ESTABLISHED CLOSE 10 assured

# an RST in the window that isn't exact keeps ESTABLISHED, but for 10 s
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< R 511 = ESTABLISHED ESTABLISHED 10 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 300 assured

# an RST right behind the last segment of its side is exact
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 l10 = ESTABLISHED ESTABLISHED 300 assured
< R 511 a101 = ESTABLISHED CLOSE 10 assured

# an RST before what its receiver has acknowledged is invalid
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< R 500 = INVALID ESTABLISHED 432000 assured tcp-bad-rst
< R 501 = ESTABLISHED CLOSE 10 assured

# such an RST is looked at with ignore_invalid_rst
ignore_invalid_rst 1
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< R 500 = ESTABLISHED ESTABLISHED 10 assured

# an RST of number 0 before the connection is assured
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> S 200 = ESTABLISHED SYN_RECV 60 tcp-passed-by
< R 0 = ESTABLISHED CLOSE 10

# an RST while closing passes whatever its number
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 101 a501 = ESTABLISHED FIN_WAIT 120 assured
< R 4000000000 = ESTABLISHED CLOSE 10 assured

# an RST outside the window is invalid
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< R 50000 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper

# an ACK of nothing in an RST counts as none
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< RA 501 = ESTABLISHED CLOSE 10 assured

# data that isn't acknowledged: 300 s
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 l50 = ESTABLISHED ESTABLISHED 300 assured
< A 501 a120 = ESTABLISHED ESTABLISHED 300 assured
< A 501 a151 = ESTABLISHED ESTABLISHED 432000 assured

# retransmissions without an answer: 300 s
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 300 assured
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured

# max_retrans says how many
max_retrans 1
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 = ESTABLISHED ESTABLISHED 300 assured

# a closed window: 300 s
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 w0 = ESTABLISHED ESTABLISHED 300 assured
> A 101 a501 l1 = ESTABLISHED ESTABLISHED 300 assured
> A 101 a501 l1 = ESTABLISHED ESTABLISHED 300 assured

# a keepalive's answer after a pickup
> A 99 a500 = NEW ESTABLISHED 300
< A 500 a100 = ESTABLISHED ESTABLISHED 300
> A 99 a500 = ESTABLISHED ESTABLISHED 432000 assured

# a keepalive and its answer
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 100 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured

# a FIN and an RST judged invalid in turn lower an assured entry's time
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 90000 a501 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper
< FA 90000 a101 = INVALID ESTABLISHED 300 assured tcp-seq-over-upper

# two FINs of the same side don't
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> FA 90000 a501 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper
> FA 90000 a501 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper
> R 90000 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper
< R 90000 = INVALID ESTABLISHED 300 assured tcp-seq-over-upper

# a short time isn't touched by it
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
wait 431900
> R 90000 = INVALID ESTABLISHED 100 assured tcp-seq-over-upper
< R 90000 = INVALID ESTABLISHED 100 assured tcp-seq-over-upper

# a middling time isn't lengthened by it
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
wait 431750
> R 90000 = INVALID ESTABLISHED 250 assured tcp-seq-over-upper
< R 90000 = INVALID ESTABLISHED 250 assured tcp-seq-over-upper

# an entry that isn't assured isn't touched by it
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> FA 90000 a501 = INVALID SYN_RECV 60 tcp-seq-over-upper
< FA 90000 a101 = INVALID SYN_RECV 60 tcp-seq-over-upper

# bound I: data beyond the window by less than a window is ignored, and may be acknowledged
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 1102 a501 l100 = ESTABLISHED ESTABLISHED 432000 assured tcp-overshoot
< A 501 a1202 = ESTABLISHED ESTABLISHED 432000 assured

# bound I: data beyond the window by more is invalid
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 2102 a501 l100 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper

# bound I: data that also acknowledges too much is invalid
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 1102 a502 l100 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper

# bound II: old data is ignored
> S 100 = NEW SYN_SENT 120
< SA 500 a101 w100 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 l100 = ESTABLISHED ESTABLISHED 300 assured
< A 501 a201 w100 = ESTABLISHED ESTABLISHED 432000 assured
> A 100 a501 = ESTABLISHED ESTABLISHED 432000 assured tcp-seq-under-lower
> A 99 a501 = ESTABLISHED ESTABLISHED 432000 assured tcp-seq-under-lower

# bound III: an acknowledgment of what wasn't sent is invalid
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a502 = INVALID ESTABLISHED 432000 assured tcp-ack-over-upper

# bound IV: an old acknowledgment is ignored
> S 100000 = NEW SYN_SENT 120
< SA 500000 a100001 = ESTABLISHED SYN_RECV 60
> A 100001 a500001 = ESTABLISHED ESTABLISHED 432000 assured
> A 100001 a434001 = ESTABLISHED ESTABLISHED 432000 assured
> A 100001 a434000 = ESTABLISHED ESTABLISHED 432000 assured tcp-ack-under-lower

# an edge acknowledged selectively counts as the acknowledgment
> S 100 k = NEW SYN_SENT 120
< SA 500 a101 k = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a401 b501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 b502 = INVALID ESTABLISHED 432000 assured tcp-ack-over-upper

# no edge counts for a side that didn't permit it
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 101 a501 b900 = ESTABLISHED ESTABLISHED 432000 assured

# windows are scaled when both sides offer it
> S 100 s7 = NEW SYN_SENT 120
< SA 500 a101 s2 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 501 a101 = ESTABLISHED ESTABLISHED 432000 assured
> A 5101 a501 = ESTABLISHED ESTABLISHED 432000 assured tcp-overshoot
> A 4101 a501 = ESTABLISHED ESTABLISHED 300 assured
< A 128501 a101 = ESTABLISHED ESTABLISHED 300 assured

# and not when one doesn't
> S 100 s7 = NEW SYN_SENT 120
< SA 500 a101 n = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 2501 a101 = INVALID ESTABLISHED 432000 assured tcp-seq-over-upper

# a scale above 14 is 14
> S 100 s15 = NEW SYN_SENT 120
< SA 500 a101 s200 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
< A 16384501 a101 l2 = ESTABLISHED ESTABLISHED 300 assured

# be_liberal: numbers don't matter, phases do
be_liberal 1
> S 100 = NEW SYN_SENT 120
< SA 500 a101 = ESTABLISHED SYN_RECV 60
> A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
> A 900000 a900000 = ESTABLISHED ESTABLISHED 432000 assured
< A 1 a1 l10 = ESTABLISHED ESTABLISHED 432000 assured
< S 3 = INVALID ESTABLISHED 432000 assured tcp-out-of-place
< R 3 = INVALID ESTABLISHED 432000 assured tcp-bad-rst
)";

}  // namespace gatehouse::track::tcp::testing
