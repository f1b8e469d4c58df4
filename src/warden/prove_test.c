#include "warden/prove.h"

#include "base/tap.h"
#include "warden/cgroup.h"

static const char root[] = "1 0 8:1 / / ro,relatime - ext4 /dev/sda ro\n";
static const char tmp[] = "2 1 0:9 / /tmp rw,nosuid,nodev - tmpfs tmpfs rw\n";
static const char data[] =
	"3 1 7:1 / /data ro,nosuid,nodev,noexec shared:4 master:1 - erofs /dev/loop1 ro\n";

static enum status
judge(const char *one, const char *two, const char *three, bool with_data)
{
	cleanup_arena struct arena *a = arena_new();
	const char *text = arena_printf(a, "%s%s%s", one, two, three);
	struct mount_table t = mounts_parse(a, str_of(text));
	return prove_mounts(&t, with_data, NULL);
}

TEST(reads_the_kernels_table)
{
	cleanup_arena struct arena *a = arena_new();
	struct mount_table t = mounts_parse(a, str_of(data));
	CHECK_INT(t.n, 1);
	CHECK_STR(t.at[0].point, "/data");
	CHECK_STR(t.at[0].type, "erofs");
	CHECK_STR(t.at[0].super, "ro");
	CHECK_STR(t.at[0].flags, "ro,nosuid,nodev,noexec");
	CHECK_INT(mounts_parse(a, STR("")).n, 0);
	CHECK_INT(mounts_parse(a, STR("1 2 3 / /x rw\n\n1 2 3 / /x rw shared:1\nx")).n, 0);
	CHECK(mounts_flag("rw,nosuid", "nosuid") && !mounts_flag("rw,nosuidx", "nosuid"));
}

TEST(a_sound_workspace_passes)
{
	CHECK_INT(judge(root, tmp, "", false), OK);
	CHECK_INT(judge(root, tmp, data, true), OK);
	CHECK_INT(judge(root, "4 1 0:5 /null /proc/keys rw - devtmpfs dev rw\n", "", false), OK);
}

TEST(a_lost_flag_is_found)
{
	CHECK_INT(judge("", "", "", false), E_IO);
	CHECK_INT(judge("1 0 8:1 / / rw,nosuid,nodev - ext4 x rw\n", "", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 7:0 / /home rw,nodev - ext4 x rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 7:0 / /home rw,nosuid - ext4 x rw\n", "", false), E_IO);
	/* Who may write it makes no difference to what is executed or opened there. */
	CHECK_INT(judge(root, "2 1 7:0 / /usr ro,nodev - ext4 x rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 7:0 / /opt/x ro,nosuid - ext4 x rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 7:0 / /usr ro,nosuid,nodev - ext4 x rw\n", "", false), OK);
	CHECK_INT(judge(root, "2 1 0:7 / /dev ro,nosuid - tmpfs x rw\n", "", false), OK);
	/* A mask of /proc is empty and cannot be written; anything else there is none. */
	CHECK_INT(judge(root, "2 1 0:7 / /proc/acpi ro - tmpfs x rw\n", "", false), OK);
	CHECK_INT(judge(root, "2 1 0:7 / /proc/acpi rw - tmpfs x rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 7:0 / /proc/acpi ro - ext4 x rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "2 1 0:7 / /srv ro - tmpfs x rw\n", "", false), E_IO);
	/* A device node is excused only where nodes are, and only by its own name. */
	CHECK_INT(judge(root, "4 1 0:5 /null /home rw - devtmpfs dev rw\n", "", false), E_IO);
	CHECK_INT(judge(root, "4 1 0:5 /sda /dev/sda rw - devtmpfs dev rw\n", "", false), E_IO);
}

TEST(data_are_there_exactly_when_they_should)
{
	CHECK_INT(judge(root, tmp, data, false), E_IO);
	CHECK_INT(judge(root, tmp, "", true), E_IO);
	CHECK_INT(judge(root, "3 1 7:1 / /data rw,nosuid,nodev,noexec - erofs x ro\n", "", true),
		E_IO);
	CHECK_INT(judge(root, "3 1 7:1 / /data ro,nosuid,nodev,noexec - ext4 x rw\n", "", true),
		E_IO);
}

TEST(only_loopback_is_a_network)
{
	const char *head = "Inter-|   Receive\n face |bytes\n";
	cleanup_arena struct arena *a = arena_new();
	CHECK_INT(prove_network(str_of(arena_printf(a, "%s    lo: 0 0\n", head)), NULL), OK);
	CHECK_INT(
		prove_network(str_of(arena_printf(a, "%s  lo: 0\n  eth0: 0\n", head)), NULL), E_IO);
	CHECK_INT(prove_network(str_of(head), NULL), E_IO);
	CHECK_INT(prove_network(STR(""), NULL), E_IO);
}

TEST(process_one_has_no_power)
{
	const char *good = "Name:\tx\nUid:\t5\t5\t5\t5\nCapInh:\t0000000000000000\n"
			   "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
			   "CapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\n"
			   "NoNewPrivs:\t1\nSeccomp:\t2\n";
	CHECK_INT(prove_status(str_of(good), 5, NULL), OK);
	CHECK_INT(prove_status(str_of(good), 6, NULL), E_IO);
	CHECK_INT(prove_status(STR("NoNewPrivs:\t1\n"), 5, NULL), E_IO);
}

TEST(finds_the_control_groups)
{
	cleanup_arena struct arena *a = arena_new();
	struct mount_table t =
		mounts_parse(a, STR("1 0 0:1 / /c/memory rw - cgroup cgroup rw,memory\n"
				    "2 0 0:2 / /c/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
				    "3 0 0:3 / /c/systemd rw - cgroup cgroup rw,name=systemd\n"));
	struct cgroups c = cgroup_find(a, &t);
	CHECK_INT(c.kind, CGROUP_V1);
	CHECK_STR(c.memory, "/c/memory");
	CHECK_STR(c.cpuacct, "/c/cpu,cpuacct");
	CHECK(c.pids == NULL && c.n_roots == 3);
	struct mount_table none = { 0 };
	CHECK_INT(cgroup_find(a, &none).kind, CGROUP_NONE);
}

static enum status
judge_frozen(const char *text)
{
	cleanup_arena struct arena *a = arena_new();
	struct mount_table t = mounts_parse(a, str_of(text));
	return prove_frozen_mounts(&t, NULL);
}

TEST(frozen_means_read_only)
{
	CHECK_INT(judge_frozen("1 0 8:1 / /home ro,nosuid - ext4 /dev/loop1 rw\n"
			       "2 0 8:1 / /team ro,nosuid - ext4 /dev/loop1 rw\n"),
		OK);
	CHECK_INT(judge_frozen("1 0 8:1 / /home ro,nosuid - ext4 /dev/loop1 rw\n"
			       "2 0 8:1 / /team rw,nosuid - ext4 /dev/loop1 rw\n"),
		E_IO);
	CHECK_INT(judge_frozen("1 0 8:1 / /home ro,nosuid - ext4 /dev/loop1 rw\n"), E_IO);
}
