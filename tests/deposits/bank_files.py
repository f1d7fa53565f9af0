"""Bank files written as a bank writes them: right totals, right counts, synthetic companies and accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One ACH entry: cents, its addenda, and the transaction code (22 is a credit to a checking account)."""

    cents: int
    addenda: str = ""
    code: str = "22"


ROUTING = "11100002"
TRN = "TRN*1*{trace}*1512345678~"


def ach(*batches: tuple[Entry, ...], day: str = "260318") -> str:
    """An ACH file, a batch for each tuple of entries, from one company."""
    lines = [
        "101 1110000251512345678" + day + "0930A094101" + "EXAMPLE BANK".ljust(23) + "EXAMPLE PLAN".ljust(23) + " " * 8
    ]
    records = digits = debits = credits_ = 0
    for number, entries in enumerate(batches, 1):
        batch = ["5220" + "EXAMPLE PLAN".ljust(16) + " " * 20 + "1512345678" + "CCD" + "HCCLAIMPMT" + day + day + "   1"
                 + ROUTING + f"{number:07d}"]  # fmt: skip
        count = debit = credit = 0
        for sequence, entry in enumerate(entries, 1):
            batch.append(
                "6" + entry.code + ROUTING + "5" + "123456789".ljust(17) + f"{entry.cents:010d}" + "CLINIC".ljust(15)
                + "EXAMPLE CLINIC".ljust(22) + "  " + ("1" if entry.addenda else "0") + ROUTING + f"{sequence:07d}"
            )  # fmt: skip
            count += 1
            if entry.addenda:
                batch.append("705" + entry.addenda.ljust(80) + "0001" + f"{sequence:07d}")
                count += 1
            credit += entry.cents if entry.code in ("22", "32") else 0
            debit += entry.cents if entry.code in ("27", "37") else 0
        hashed = int(ROUTING) * len(entries)
        batch.append(
            f"8220{count:06d}{hashed:010d}{debit:012d}{credit:012d}1512345678" + " " * 25 + ROUTING + f"{number:07d}"
        )
        lines += batch
        records, digits, debits, credits_ = records + count, digits + hashed, debits + debit, credits_ + credit
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{len(batches):06d}{blocks:06d}{records:08d}{digits:010d}{debits:012d}{credits_:012d}".ljust(94))
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    assert all(len(line) == 94 for line in lines), [len(line) for line in lines]
    return "\n".join(lines) + "\n"


def bai2(*details: str, day: str = "260318", currency: str = "USD") -> str:
    """A BAI2 statement of one account; `details` are 16 records without their `16,`, continued after a newline."""
    account = [f"03,0001234567,{currency},010,50000,,/"]
    total, records = 50_000, 1
    for detail in details:
        first, *more = detail.split("\n")
        account += [f"16,{first}", *(f"88,{line}" for line in more)]
        total += int(first.split(",")[1])
        records += 1 + len(more)
    account.append(f"49,{total},{records + 1}/")
    group = [f"02,CLINIC,BANK,1,{day},,{currency},2/", *account, f"98,{total},1,{records + 3}/"]
    return "\n".join([f"01,BANK,CLINIC,{day},0600,1,80,10,2/", *group, f"99,{total},1,{records + 5}/"]) + "\n"
