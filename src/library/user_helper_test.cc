// Helpers that a program brings: what may be added, what they are shown, and what becomes of what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gatehouse/firewall.h"
#include "gatehouse/helper.h"
#include "helper/testing.h"

namespace gatehouse::embed {
namespace {

using ::testing::HasSubstr;

// "CALL PORT", a line each.
struct Caller : Helper {
    explicit Caller(std::string called = "caller") : name_(std::move(called)) {}
    std::string_view name() const override { return name_; }
    Transport transport() const override { return Transport::tcp; }
    unsigned most_expected() const override { return 2; }
    Inspected inspect(std::span<const std::uint8_t> bytes, bool from_client,
                      HelperFindings& findings) const override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {.next = Inspected::Next::more};
        if (from_client && text.starts_with("BAD")) {
            findings.mention(7, 0, 1, Form::port_text);
        } else if (from_client && text.starts_with("CALL ")) {
            const auto port = static_cast<std::uint16_t>(std::stoi(std::string(text.substr(5, end - 5))));
            findings.mention(findings.expect(Transport::tcp, port), 5, end - 5, Form::port_text);
        }
        return {.taken = end + 1};
    }
    std::string name_;
};

// Once in a process.
void add_caller() {
    static const auto added = add_helper(std::make_unique<Caller>());
    EXPECT_TRUE(added);
}

TEST(UserHelper, IsRefusedWithAReason) {
    add_caller();
    EXPECT_THAT(add_helper(std::make_unique<Caller>()).error(), HasSubstr("already"));
    EXPECT_THAT(add_helper(std::make_unique<Caller>("ftp")).error(), HasSubstr("already"));
    for (const char* name : {"", "a b", "longer-than-fifteen", "x\n"})
        EXPECT_THAT(add_helper(std::make_unique<Caller>(name)).error(), HasSubstr("can't be"));
    EXPECT_FALSE(add_helper(nullptr));
}

TEST(UserHelper, ReadsAStreamWhateverWayItIsCut) {
    add_caller();
    for (std::size_t cut = 1; cut < 10; ++cut) {
        helper::testing::Talk talk("caller", 6);
        talk.open();
        const std::string text = "CALL 5000\n";
        talk.say(helper::testing::client, text.substr(0, cut));
        talk.say(helper::testing::client, text.substr(cut));
        EXPECT_EQ(talk.tracking.expectations().count(), 1u) << cut;
    }
}

TEST(UserHelper, MustNotMentionWhatIsntThere) {
    add_caller();
    helper::testing::Talk talk("caller", 6);
    talk.open();
    EXPECT_FALSE(talk.say(helper::testing::client, "BAD\n"));
}

// A Firewall that was made before the helper was added doesn't have it.
TEST(UserHelper, IsOfLaterFirewalls) {
    struct Out final : Handler {
        void completed(const Completion& c) override { forwarded += c.verdict == Verdict::forwarded; }
        int forwarded = 0;
    } out;
    auto old = Firewall::make(
        "[[interface]]\nname = \"lan\"\nmac = \"02:00:00:00:01:01\"\naddress = \"10.0.1.1/24\"\n", out);
    ASSERT_TRUE(old);
    EXPECT_TRUE(add_helper(std::make_unique<Caller>("late")));
    EXPECT_TRUE(old->load(Family::ipv4, "*raw\n-A PREROUTING -p tcp -j CT --helper late\nCOMMIT\n"));
}

}  // namespace
}  // namespace gatehouse::embed
