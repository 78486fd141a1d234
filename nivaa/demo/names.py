"""Names as families write them, each with the Latin spelling that its email address uses."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Name:
    written: str
    latin: str


@dataclass(frozen=True, slots=True)
class Community:
    """People who write alike: how many of the families and tutors they are, and what they are called."""

    families: int
    tutors: int
    surnames: tuple[Name, ...]
    adults: tuple[Name, ...]
    children: tuple[Name, ...]


def _names(text: str) -> tuple[Name, ...]:
    """Reads "आशा Asha, Deepa": a name written in Latin letters is given once."""
    return tuple(Name(words[0], words[-1]) for words in (entry.split() for entry in text.split(",")))


COMMUNITIES = (
    Community(
        families=24,
        tutors=6,
        surnames=_names(
            "Nair, Iyer, Khan, Reddy, Kapoor, Mathew, Singh, Gupta, Bhat, Shetty, Ahmed, Menon, Rao, Pillai"
        ),
        adults=_names(
            "Asha, Farhan, Deepa, Vikram, Anjali, Rohan, Fatima, Gurpreet, Thomas, Nisha, Imran, Meena, Omar"
        ),
        children=_names("Ira, Dev, Zoya, Arjun, Diya, Rehan, Simran, Neel, Maya, Ayaan, Ishaan, Leela, Aditi, Kabir"),
    ),
    Community(
        families=12,
        tutors=3,
        surnames=_names(
            "शर्मा Sharma, वर्मा Verma, जोशी Joshi, कुलकर्णी Kulkarni, देशपांडे Deshpande, मिश्रा Mishra"
            ", त्रिपाठी Tripathi, पाटील Patil"
        ),
        adults=_names(
            "आशा Asha, सुनीता Sunita, राजेश Rajesh, मनोज Manoj, कविता Kavita, विवेक Vivek, प्रीति Preeti, संजय Sanjay"
        ),
        children=_names(
            "आरव Aarav, ईरा Ira, देव Dev, अनन्या Ananya, कबीर Kabir, सिया Siya, विहान Vihaan, मीरा Meera"
            ", ऋषि Rishi, तारा Tara"
        ),
    ),
    Community(
        families=9,
        tutors=2,
        surnames=_names("சுப்ரமணியன் Subramanian, ராமசாமி Ramasamy, வெங்கடேசன் Venkatesan, முருகன் Murugan, நடராஜன் Natarajan"),
        adults=_names("கவிதா Kavitha, லட்சுமி Lakshmi, கார்த்திக் Karthik, செந்தில் Senthil, மீனாட்சி Meenakshi, அருண் Arun"),
        children=_names("இளங்கோ Ilango, யாழினி Yazhini, கயல் Kayal, ஆதவன் Aadhavan, நிலா Nila, வேலன் Velan, தமிழ் Thamizh"),
    ),
    Community(
        families=9,
        tutors=2,
        surnames=_names("চট্টোপাধ্যায় Chattopadhyay, মুখার্জি Mukherjee, সেন Sen, দাশগুপ্ত Dasgupta, বসু Basu, রায় Roy"),
        adults=_names("অনিন্দিতা Anindita, সৌরভ Sourav, মৌসুমী Mousumi, অরিন্দম Arindam, দেবশ্রী Debashree, সুব্রত Subrata"),
        children=_names("অর্ণব Arnab, তিতলি Titli, রিয়া Riya, ঋজু Riju, মেঘলা Meghla, সোহম Soham"),
    ),
    Community(
        families=6,
        tutors=1,
        surnames=_names("D’Souza Dsouza, Gonçalves Goncalves, Simões Simoes, Araújo Araujo, Brandão Brandao"),
        adults=_names("José Jose, Inês Ines, Márcia Marcia, René Rene, Zélia Zelia"),
        children=_names("Zoë Zoe, Chloé Chloe, Tomás Tomas, Anaïs Anais, Léa Lea, Noël Noel"),
    ),
)


def adults_of(community: Community, dice: Random) -> list[Name]:
    """As many full names as the community has families and tutors, no two alike."""
    everyone = [_full(given, surname) for surname in community.surnames for given in community.adults]
    return dice.sample(everyone, community.families + community.tutors)


def child_name(parent: Name, given: Name) -> Name:
    surname = Name(parent.written.split()[-1], parent.latin.split()[-1])
    return _full(given, surname)


def _full(given: Name, surname: Name) -> Name:
    return Name(f"{given.written} {surname.written}", f"{given.latin} {surname.latin}")
