// RFC 6052: the table of its section 2.4, and what a prefix can't be.
#include "nat/embedding.h"

#include <gtest/gtest.h>

namespace gatehouse::nat {
namespace {

Address v6(const char* text) { return *parse_address(text, Family::ipv6); }
Address v4(const char* text) { return *parse_address(text, Family::ipv4); }

TEST(Embedding, IsAsTheRfcsTableHasIt) {
    const struct {
        const char* prefix;
        unsigned length;
        const char* embedded;
    } rows[] = {
        {"2001:db8::", 32, "2001:db8:c000:221::"},
        {"2001:db8:100::", 40, "2001:db8:1c0:2:21::"},
        {"2001:db8:122::", 48, "2001:db8:122:c000:2:2100::"},
        {"2001:db8:122:300::", 56, "2001:db8:122:3c0:0:221::"},
        {"2001:db8:122:344::", 64, "2001:db8:122:344:c0:2:2100::"},
        {"2001:db8:122:344::", 96, "2001:db8:122:344::192.0.2.33"},
        {"64:ff9b::", 96, "64:ff9b::192.0.2.33"},
    };
    for (const auto& row : rows) {
        const auto made = Embedding::make(v6(row.prefix), row.length);
        ASSERT_TRUE(made) << row.prefix;
        EXPECT_EQ(made->embed(v4("192.0.2.33")), v6(row.embedded)) << row.length;
        EXPECT_EQ(made->extract(v6(row.embedded)), v4("192.0.2.33")) << row.length;
        EXPECT_EQ(made->is_well_known(), std::string_view(row.prefix) == "64:ff9b::");
    }
    EXPECT_EQ(Embedding{}, *Embedding::make(v6("64:ff9b::"), 96));
}

TEST(Embedding, PassesOverWhatStandsBehindTheAddress) {
    const Embedding prefix = *Embedding::make(v6("2001:db8::"), 32);
    EXPECT_EQ(prefix.extract(v6("2001:db8:c000:221:0:1:2:3")), v4("192.0.2.33"));
    EXPECT_FALSE(prefix.extract(v6("2001:db8:c000:221:100::"))) << "bits 64 to 71 aren't zero";
    EXPECT_FALSE(prefix.extract(v6("2001:db9:c000:221::"))) << "of another prefix";
    EXPECT_FALSE(Embedding{}.extract(v6("64:ff9b::1:c000:221"))) << "of another prefix";
}

TEST(Embedding, RefusesWhatIsntAPrefixOfTheRfcs) {
    for (const unsigned length : {0u, 31u, 33u, 72u, 80u, 95u, 97u, 128u})
        EXPECT_FALSE(Embedding::make(v6("::"), length)) << length;
    EXPECT_FALSE(Embedding::make(v6("2001:db8::1"), 32)) << "set behind the prefix";
    EXPECT_FALSE(Embedding::make(v6("2001:db8:0:0:ff00::"), 96)) << "bits 64 to 71";
}

TEST(Embedding, HasOnlyGlobalAddressesUnderTheWellKnownPrefix) {
    const Embedding own = *Embedding::make(v6("2001:db8:64::"), 96);
    for (const char* address : {"0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.31.0.1",
                                "192.0.0.1", "192.168.1.1", "198.19.0.1", "224.0.0.1", "255.255.255.255"}) {
        EXPECT_FALSE(Embedding{}.may_embed(v4(address))) << address;
        EXPECT_TRUE(own.may_embed(v4(address))) << address;
    }
    for (const char* address :
         {"8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.2.33", "198.20.0.1", "223.1.1.1"})
        EXPECT_TRUE(Embedding{}.may_embed(v4(address))) << address;
}

TEST(Embedding, KnowsWhatNoHostHas) {
    for (const char* address : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"})
        EXPECT_FALSE(is_host_address4(v4(address))) << address;
    for (const char* address : {"1.1.1.1", "10.0.0.1", "126.255.255.255", "223.255.255.255"})
        EXPECT_TRUE(is_host_address4(v4(address))) << address;
}

}  // namespace
}  // namespace gatehouse::nat
